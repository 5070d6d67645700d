"""The latency budget: what the learner's settings add to a record's wait, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from histories.copying import block
from histories.profiles import many
from histories.words import history
from judge.checkers import latency_budget
from judge.indexing import index_history

EVEN = (4.0, 4.0, 4.0, 4.0)


def waited(arm: str, *waits_ms: float, begun: float = 1000.0, kind: str = "ok"):
    """A block for each of these waits, 100 ms apart."""
    return [
        op
        for n, wait_ms in enumerate(waits_ms)
        for op in block(arm, 1, begun + 100 * n, kind=kind, p50_ms=wait_ms)
    ]


def check(new, old=EVEN, **options: float):
    ops = [*waited("baseline", *old), *waited("candidate", *new, begun=1050)]
    return latency_budget.check(index_history(history(ops)), **options)


def test_it_is_kept_when_a_record_waits_hardly_longer():
    result = check((24.0, 23.0, 25.0, 24.0))

    assert result.kept is True
    assert result.figures == {"added_ms": 20.0}
    assert result.summary == "a record waits 20.0 ms longer than before (19.0 to 21.0)"


def test_it_reports_settings_that_make_each_record_wait():
    result = check((504.0, 504.0, 503.0, 506.0))

    assert result.kept is False
    (anomaly,) = result.anomalies
    assert (anomaly.name, anomaly.cause) == ("too-slow", "waits-too-long")
    assert anomaly.count == 4
    assert result.figures == {"added_ms": 500.0}
    assert (
        result.summary
        == anomaly.summary
        == ("a record waits 500.0 ms longer than before (499.0 to 502.0); allowed are 100 ms")
    )


def test_it_shows_the_learners_blocks_from_the_first():
    (anomaly,) = check((504.0, 504.5, 503.0, 506.0)).anomalies

    assert [row.t_ms for row in anomaly.evidence] == [1050, 1150, 1250, 1350]
    assert anomaly.evidence[1].detail == {"p50_ms": 504.5}
    assert anomaly.evidence[1].what == (
        "half of the paced records of this block waited 504.5 ms or more"
    )


def test_it_neither_charges_the_learner_for_a_slow_machine_nor_believes_it():
    result = check((350.0,) * 4, (300.0,) * 4)

    assert (result.kept, result.figures) == (None, {"added_ms": 50.0})
    assert result.summary.endswith("but the old settings alone waited 300.0 ms: records queued")
    assert check((400.0,) * 4, (300.0,) * 4).kept is None
    assert check((150.0,) * 4, (100.0,) * 4).kept is True
    assert check((150.0,) * 4, (100.5,) * 4).kept is None


def test_one_old_block_that_stood_still_does_not_make_the_rest_unknown():
    assert check((30.0,) * 6, (4.0, 4.0, 4.0, 4.0, 900.0, 4.0)).kept is True
    assert check((30.0,) * 6, (4.0, 4.0, 4.0, 110.0, 120.0, 4.0)).kept is True


def test_one_block_of_six_that_stood_still_decides_nothing():
    assert check((20.0, 900.0, 25.0, 24.0, 23.0, 25.0)).kept is True
    assert check((504.0,) * 6, (4.0, 4.0, 900.0, 4.0, 4.0, 4.0)).kept is False


def test_it_cannot_tell_when_blocks_with_the_same_settings_differ_by_too_much():
    result = check((20.0, 300.0, 25.0, 300.0, 23.0, 300.0))

    assert (result.kept, result.anomalies) == (None, ())
    assert result.figures == {"added_ms": 158.5}
    assert result.summary.endswith("(19.0 to 296.0), too close to 100 ms to tell")
    assert check((204.0,) * 6, (4.0, 4.0, 4.0, 190.0, 190.0, 190.0)).kept is None


def test_the_controls_blocks_have_the_old_settings_too():
    control = [*waited("a", 4.0, 4.0, begun=10), *waited("b", 4.0, 4.0, begun=20)]
    ops = [*control, *waited("candidate", 504.0, 504.0, 504.0, 504.0)]

    assert latency_budget.check(index_history(history(ops))).figures == {"added_ms": 500.0}


@pytest.mark.parametrize(("new", "old"), [(3, 4), (4, 3), (0, 4), (4, 0)])
def test_it_cannot_tell_by_too_few_blocks(new, old):
    result = check((24.0,) * new, (4.0,) * old)
    found = "3 blocks" if min(new, old) else "0 blocks"

    assert result.kept is None
    assert result.summary == f"only {found} of 4 tell how long a record waits"


def test_a_block_that_failed_or_does_not_tell_is_none():
    ops = [*waited("baseline", *EVEN), *waited("candidate", 24.0, 24.0, 24.0)]
    failed = waited("candidate", 24.0, kind="fail", begun=3000)
    silent = block("candidate", 1, 3100)

    assert latency_budget.check(index_history(history(ops, failed, silent))).kept is None


def test_the_limit_itself_is_allowed():
    assert check((104.0,) * 4).kept is True
    assert check((104.1,) * 4).kept is False
    assert check((25.0,) * 4, max_added_ms=20).kept is False
    assert check((104.0, 104.0, 104.1, 104.1)).kept is None
    assert check((104.1,) * 4, (4.0, 4.0, 4.1, 4.1)).kept is None


def test_it_reckons_in_microseconds():
    assert check((104.0004,) * 4).figures == {"added_ms": 100.0}
    assert check((104.0004,) * 4).kept is True
    assert check((104.0004, 104.0004, 105.0, 105.0)).kept is None


@many(200)
@given(
    st.lists(st.floats(5, 100), min_size=4, max_size=9),
    st.lists(st.floats(1, 50), min_size=4, max_size=9),
)
def test_it_raises_no_alarm_when_no_block_waited_for_longer(new, old):
    assert check(new, old).kept is True


@many(200)
@given(
    st.lists(st.floats(152, 900), min_size=4, max_size=9),
    st.lists(st.floats(1, 50), min_size=4, max_size=9),
)
def test_it_finds_every_load_that_waits_for_too_long(new, old):
    assert check(new, old).kept is False
