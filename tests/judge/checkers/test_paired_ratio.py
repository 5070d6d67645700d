"""Paired ratio: as many times as good, or not, or too close to tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories.copying import block, pair
from histories.profiles import many
from histories.words import history
from judge.bootstrap import median_interval
from judge.checkers import paired_ratio
from judge.indexing import index_history


def check(*parts, **options):
    return paired_ratio.check(index_history(history(*parts)), **options)


def causes(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [(anomaly.name, anomaly.cause) for anomaly in result.anomalies]


def by_pairs(*ratios, control=1.0):
    ops = pair(0, 1.0, 1.0 / control, control=True)
    for number, ratio in enumerate(ratios, start=1):
        ops += pair(number, 2.0, 2.0 / ratio)
    return ops


def test_it_keeps_the_promise_when_every_pair_gains_enough():
    result = check(by_pairs(2.0, 2.4, 1.9))

    assert result.kept is True
    assert result.summary == "2.00 times as good by throughput (1.90 to 2.40 in 3 pairs)"
    assert result.figures["throughput_ratio"] == 2.0


def test_it_fails_a_gain_that_is_too_small():
    result = check(by_pairs(1.1, 1.2, 1.05))

    assert causes(result) == [("too-little-gain", "gain-too-small")]
    assert result.anomalies[0].evidence[1].what == "pair 2: 1.20 times as good by throughput"


def test_it_names_a_configuration_that_made_it_worse():
    assert causes(check(by_pairs(0.5, 0.6, 0.7))) == [("too-little-gain", "worse-than-before")]


def test_it_cannot_tell_when_the_pairs_lie_on_both_sides_of_the_threshold():
    result = check(by_pairs(1.2, 1.6, 1.8))

    assert (result.kept, result.anomalies) == (None, ())
    assert result.summary.endswith("too close to 1.5 to tell")


def test_it_forgives_one_uneven_pair_of_five():
    assert check(by_pairs(2.0, 2.1, 1.4, 2.2, 1.9)).kept is True


@pytest.mark.parametrize("control", [0.79, 1.26])
def test_it_cannot_tell_when_a_configuration_differs_from_itself(control):
    result = check(by_pairs(2.0, 2.4, 1.9, control=control))

    assert result.kept is None
    assert result.summary.endswith("too close to 1.5 to tell")


@pytest.mark.parametrize("control", [0.5, 2.0])
def test_it_widens_the_interval_by_the_square_of_the_unevenness(control):
    assert check(by_latency(6, 6, 6, control=control), thresholds={"p50_ms": 1.5}).kept is True
    assert check(by_latency(5.9, 6, 6, control=control), thresholds={"p50_ms": 1.5}).kept is None
    low = by_latency(0.25, 0.25, 0.25, control=control)
    assert check(low, thresholds={"p50_ms": 1.0}).kept is None
    assert check(low, thresholds={"p50_ms": 1.5}).kept is False


@pytest.mark.parametrize("control", [0.5, 2.0])
def test_a_gain_that_dwarfs_an_uneven_machine_is_told_all_the_same(control):
    assert check(by_pairs(60.0, 80.0, 70.0, control=control)).kept is True


@pytest.mark.parametrize("control", [0.5, 2.0])
def test_a_loss_that_dwarfs_an_uneven_machine_is_told_all_the_same(control):
    result = check(by_pairs(0.01, 0.02, 0.015, control=control))

    assert result.kept is False
    assert result.anomalies[0].cause == "worse-than-before"


@pytest.mark.parametrize("control", [0.5, 2.0])
def test_a_gain_within_the_unevenness_squared_is_not_told(control):
    assert check(by_pairs(5.0, 5.5, 5.2, control=control)).kept is None


def by_latency(*ratios, control=1.0):
    """Pairs whose ratios are exact: the baseline takes so many times the candidate's 16 ms."""
    ops = [*block("a", 0, 1, p50_ms=16 * control), *block("b", 0, 2, p50_ms=16)]
    for n, ratio in enumerate(ratios, start=1):
        ops += [*block("baseline", n, n * 10, p50_ms=16 * ratio)]
        ops += [*block("candidate", n, n * 10 + 5, p50_ms=16)]
    return ops


@pytest.mark.parametrize("control", [0.8, 1.25])
def test_it_accepts_a_control_at_the_very_edge(control):
    ops = by_latency(2, 2, 2, control=control)

    assert check(ops, thresholds={"p50_ms": 1.5}).kept is True


def test_it_accepts_a_gain_that_is_just_what_was_asked_for():
    assert check(by_latency(1.5, 1.5, 1.5), thresholds={"p50_ms": 1.5}).kept is True


def test_it_does_not_call_it_worse_when_nothing_changed():
    result = check(by_latency(1, 1, 1), thresholds={"p50_ms": 1.5})

    assert causes(result) == [("too-little-gain", "gain-too-small")]


def test_it_takes_the_mean_of_several_blocks_of_an_arm():
    ops = [*by_latency(2, 2), *block("baseline", 3, 80, p50_ms=10)]
    ops += [*block("candidate", 3, 81, p50_ms=10), *block("baseline", 3, 82, p50_ms=54)]

    assert check(ops, thresholds={"p50_ms": 4}).anomalies[0].evidence[2].detail["ratio"] == 3.2


def test_it_throws_a_pair_away_of_which_one_block_tells_nothing():
    ops = [*by_latency(2, 2), *block("baseline", 3, 80, p50_ms=10)]
    ops += [*block("candidate", 3, 81, p50_ms=10), *block("candidate", 3, 82)]

    assert check(ops, thresholds={"p50_ms": 1}).summary == "only 2 pairs of 3 tell their p50_ms"


def test_it_cannot_tell_without_a_control():
    result = check(pair(1, 2, 1), pair(2, 2, 1), pair(3, 2, 1))

    assert result.kept is None
    assert result.summary == "no pair compares a configuration with itself by throughput"


def test_it_cannot_tell_by_too_few_pairs():
    result = check(by_pairs(2.0, 2.4))

    assert (result.kept, result.summary) == (None, "only 2 pairs of 3 tell their throughput")


def test_it_takes_less_time_for_better():
    ops = []
    for n, (first, second) in enumerate([("a", "b"), *[("baseline", "candidate")] * 3]):
        ops += block(first, n, n * 10, p99_ms=40.0)
        ops += block(second, n, n * 10 + 5, p99_ms=40.0 if n == 0 else 10.0)

    assert check(ops, thresholds={"p99_ms": 3.0}).kept is True
    assert check(ops, thresholds={"p99_ms": 5.0}).kept is False


def test_it_divides_a_count_by_the_records():
    ops = []
    for n, (first, second) in enumerate([("a", "b"), *[("baseline", "candidate")] * 3]):
        ops += block(first, n, n * 10, records=100, bytes=10_000)
        ops += block(second, n, n * 10 + 5, records=200, bytes=20_000 if n == 0 else 4_000)

    assert check(ops, thresholds={"bytes_per_record": 4.0}).kept is True


def test_it_asks_for_every_measure():
    result = check(by_pairs(2.0, 2.4, 1.9), thresholds={"throughput": 1.5, "p99_ms": 1.0})

    assert (result.kept, result.summary) == (None, "only 0 pairs of 3 tell their p99_ms")


def test_it_blames_settings_with_which_the_load_did_not_run_at_all():
    ops = by_pairs(1.0)[:2]
    for n in (1, 2, 3):
        ops += block("baseline", n, n * 10, records=1000, seconds=1)
        ops += block("candidate", n, n * 10 + 5, kind="fail")

    result = check(ops)

    assert causes(result) == [("too-little-gain", "load-failed")]
    assert result.summary == "our load did not run with the settings given: INVALID_CONFIG"
    assert result.anomalies[0].count == 3
    assert result.anomalies[0].evidence[0].what == (
        "a block of the candidate failed: INVALID_CONFIG"
    )
    assert result.anomalies[0].evidence[0].t_ms == 15


@pytest.mark.parametrize(
    ("detail", "why"),
    [({"failed": 1200}, "1,200 records were not delivered"), ({}, "no reason given")],
)
def test_it_says_how_the_load_failed_where_there_was_no_error(detail, why):
    ops = by_pairs(1.0)[:2]
    for n in (1, 2):
        (failed,) = block("candidate", n, n * 10, kind="fail", **detail)
        ops.append(replace(failed, error=None))

    assert check(ops).summary == f"our load did not run with the settings given: {why}"


def test_it_does_not_blame_settings_without_any_other_block():
    ops = [op for n in (1, 2) for op in block("candidate", n, n, kind="fail")]

    assert check(ops).kept is None


def test_it_does_not_blame_settings_for_one_block_that_failed():
    ops = [*by_pairs(2.0, 2.4, 1.9), *block("candidate", 4, 99, kind="fail")]

    assert check(ops).kept is True


def test_it_does_not_blame_settings_when_the_old_ones_failed_too():
    ops = [op for n in (1, 2, 3) for arm in ("baseline", "candidate")
           for op in block(arm, n, n * 10, kind="fail")]  # fmt: skip

    assert check(ops).kept is None


def test_it_does_not_blame_settings_when_an_old_block_failed_as_well():
    ops = by_pairs(1.0)
    ops += [op for n in (2, 3) for op in block("candidate", n, n * 10, kind="fail")]

    assert causes(check(ops)) == [("too-little-gain", "load-failed")]
    assert check(ops, block("baseline", 4, 99, kind="fail")).kept is None


def test_it_says_why_the_load_failed_first():
    (first,) = block("candidate", 1, 15, kind="fail")
    (then,) = block("candidate", 2, 25, kind="fail")

    result = check(by_pairs(1.0)[:2], block("baseline", 1, 10), [replace(first, error="A"), then])

    assert result.summary == "our load did not run with the settings given: A"


def test_it_goes_by_the_most_uneven_of_several_controls():
    uneven = by_latency(6, 6, 6, control=2.0)
    more = [*block("a", 9, 98, p50_ms=64), *block("b", 9, 99, p50_ms=16)]

    assert check(uneven, thresholds={"p50_ms": 1.5}).kept is True
    assert check(uneven, more, thresholds={"p50_ms": 1.5}).kept is None


def resampled(values, confidence):
    """The same by drawing every resample there is."""
    count, tail = len(values), (1 - confidence) / 2
    ordered = [sorted(each) for each in product(values, repeat=count)]
    low = sorted(each[(count + 1) // 2 - 1] for each in ordered)
    high = sorted(each[count // 2] for each in ordered)

    def quantile(row, share):
        for n, value in enumerate(row, start=1):
            later = n < len(row) and row[n] == value
            if not later and n / len(row) >= share - 1e-12:
                return value
        return row[-1]

    return median(values), quantile(low, tail), quantile(high, 1 - tail)


@many(60)
@given(
    st.lists(st.floats(0.25, 4), min_size=1, max_size=6, unique=True),
    st.sampled_from([0.5, 0.8, 0.9, 0.95]),
)
def test_it_gives_the_interval_that_drawing_every_resample_gives(values, confidence):
    assert median_interval(values, confidence) == pytest.approx(resampled(values, confidence))


@many(300)
@given(st.lists(st.floats(1.51, 9), min_size=3, max_size=9), st.floats(0.81, 1.24))
def test_it_raises_no_alarm_when_every_pair_gained_enough(ratios, control):
    assert check(by_pairs(*ratios, control=control)).kept is True


@many(300)
@given(st.lists(st.floats(0.2, 1.49), min_size=3, max_size=9), st.floats(0.81, 1.24))
def test_it_finds_every_gain_that_is_too_small(ratios, control):
    result = check(by_pairs(*ratios, control=control))

    assert result.kept is False
    assert {a.cause for a in result.anomalies} <= {"gain-too-small", "worse-than-before"}


@many(100)
@given(
    st.lists(st.floats(0.2, 9), min_size=3, max_size=9), st.randoms(use_true_random=False)
)
def test_it_gives_the_same_result_in_whatever_order_blocks_are_noted(ratios, rng):
    ops = by_pairs(*ratios)
    mixed = list(ops)
    rng.shuffle(mixed)

    assert check(mixed) == check(ops)
