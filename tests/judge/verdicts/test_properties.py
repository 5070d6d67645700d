"""What must hold of any history: no false alarm, no miss, no dependence on names and order."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from histories.profiles import many
from histories.simulate import ANSWERS, Move, clean_moves, moves, play
from histories.words import crc_of, unanswered
from judge.fates import fates
from judge.history import write_history
from judge.indexing import index_history
from judge.judging import judge_history
from judge.replay import replay

FLOORS = st.sampled_from((1, 2))


def causes_of(ops):
    return Counter(loss.cause for loss in fates(index_history(ops)).lost)


def lost_in(ops):
    return {loss.id for loss in fates(index_history(ops)).lost}


@many(1000)
@given(clean_moves())
def test_it_raises_no_alarm_on_a_clean_run(made):
    ops, truth = play(made)

    report = judge_history(ops)

    assert truth.lost == {}
    assert report.anomalies == ()
    assert report.verdict == "PASS", report.reason_text
    assert {check.check: check.kept for check in report.checks} == {
        "program": True,
        "lost_writes": True,
        "duplicates": True,
        "availability": True,
    }


@many(1000)
@given(moves(), FLOORS)
def test_it_finds_every_lost_order_and_no_other(made, floor):
    ops, truth = play(made, floor)

    assert lost_in(ops) == set(truth.lost)


@many(1000)
@given(moves(), FLOORS)
def test_it_names_each_cause_rightly(made, floor):
    ops, truth = play(made, floor)
    found, real = causes_of(ops), truth.causes

    for cause in ("acknowledged-by-leader-only", "acknowledged-by-short-isr"):
        assert found[cause] == real[cause]
    assert found["acknowledged-then-gone"] == 0
    # The tap knows no ids. Where refused batches could have held an order that was never sent,
    # the doubt is the program's; nobody is ever accused of more than is true.
    assert found["never-sent"] <= real["never-sent"]


@many(300)
@given(moves(sent=(True,)), FLOORS)
def test_it_accuses_nobody_of_not_sending_who_sent(made, floor):
    made = [move for move in made if move.phase != "dead"]

    assert causes_of(play(made, floor)[0])["never-sent"] == 0


@many(300)
@given(moves(sent=(False,), answer=("lie",)).filter(bool), FLOORS)
def test_it_accuses_everybody_of_not_sending_who_sent_nothing(made, floor):
    ops, truth = play([replace(move, again=False) for move in made], floor)

    assert causes_of(ops) == truth.causes == Counter({"never-sent": sum(m.size for m in made)})


@many(300)
@given(clean_moves(), st.integers(1, 4))
def test_it_finds_a_planted_loss_by_the_leader_alone(made, size):
    report = judge_history(play([*made, Move("short", size, acks=1)])[0])

    assert (report.verdict, report.reason) == ("FAIL", "acknowledged-by-leader-only")
    assert [anomaly.count for anomaly in report.anomalies] == [size]


@many(300)
@given(clean_moves(), st.integers(1, 4), st.sampled_from(("held", "short")))
def test_it_finds_a_planted_loss_by_a_short_isr(made, size, phase):
    planted = [move for move in made if move.phase not in ("held", "short")]
    report = judge_history(play([*planted, Move(phase, size)], floor=1)[0])

    assert (report.verdict, report.reason) == ("FAIL", "acknowledged-by-short-isr")
    assert [anomaly.count for anomaly in report.anomalies] == [size]


@many(300)
@given(clean_moves(), st.integers(1, 4), st.sampled_from(("held", "short")))
def test_it_finds_a_planted_acceptance_without_acknowledgement(made, size, phase):
    report = judge_history(play([*made, Move(phase, size, answer="lie")])[0])

    assert (report.verdict, report.reason) == ("FAIL", "accepted-without-acknowledgement")
    assert [anomaly.count for anomaly in report.anomalies] == [size]


@many(300)
@given(clean_moves(), st.integers(1, 4))
def test_it_finds_a_planted_order_that_was_never_sent(made, size):
    sound = [move for move in made if move.phase in ("healthy", "recovered")]
    report = judge_history(play([*sound, Move("recovered", size, sent=False, answer="lie")])[0])

    assert (report.verdict, report.reason) == ("FAIL", "never-sent")
    assert [anomaly.count for anomaly in report.anomalies] == [size]


@many(300)
@given(clean_moves(), st.integers(1, 4))
def test_it_finds_a_planted_duplicate(made, size):
    ops, truth = play([*made, Move("healthy", size, heard=False, again=True)])

    (found,) = (check for check in judge_history(ops).checks if check.check == "duplicates")

    assert len(truth.twice) == size
    assert [(a.cause, a.count) for a in found.anomalies] == [("retried-after-lost-response", size)]


@many(500)
@given(moves(), FLOORS)
def test_it_finds_every_duplicate_and_no_other(made, floor):
    ops, truth = play(made, floor)

    assert set(index_history(ops).read_again) == truth.twice


@many(300)
@given(moves(), FLOORS, st.randoms(use_true_random=False))
def test_it_gives_the_same_bytes_in_whatever_order_operations_are_noted(made, floor, rng):
    ops, _ = play(made, floor)
    mixed = list(ops)
    rng.shuffle(mixed)

    assert judge_history(mixed).to_json() == judge_history(ops).to_json()


@many(300)
@given(moves(), FLOORS, st.randoms(use_true_random=False))
def test_it_comes_to_the_same_with_other_ids(made, floor, rng):
    ops, _ = play(made, floor)
    names = sorted({op.id for op in ops if op.source == "ledger"})
    others = dict(zip(names, rng.sample([f"x{n:03d}" for n in range(len(names))], len(names)),
                      strict=True))  # fmt: skip
    renamed = [renaming(op, others) for op in ops]

    assert in_short(judge_history(renamed)) == in_short(judge_history(ops))


@many(300)
@given(moves(), FLOORS, st.data())
def test_it_never_finds_more_lost_when_an_answer_is_in_doubt(made, floor, data):
    ops, _ = play(made, floor)
    yes = [n for n, op in enumerate(ops) if op.source == "tap" and op.type == "ok"]
    doubted = data.draw(st.sets(st.sampled_from(yes)))
    vaguer = [replace(op, type="info") if n in doubted else op for n, op in enumerate(ops)]

    assert lost_in(vaguer) <= lost_in(ops)


@many(300)
@given(moves(), FLOORS, st.integers(1, 9), st.floats(0, 5000))
def test_it_never_accuses_more_when_a_batch_more_is_in_doubt(made, floor, count, at):
    ops, _ = play(made, floor)
    more = unanswered(*(f"?{n}" for n in range(count)), at=at, crc=crc_of(["?"]))
    before, after = causes_of(ops), causes_of([*ops, *more])

    assert lost_in([*ops, *more]) == lost_in(ops)
    assert after["never-sent"] <= before["never-sent"]


@many(100)
@given(moves(answer=ANSWERS), FLOORS)
def test_it_judges_a_stored_history_to_the_same_bytes(tmp_path_factory, made, floor):
    ops, _ = play(made, floor)
    path = tmp_path_factory.mktemp("stored") / "history.jsonl"
    write_history(path, ops)

    assert replay(path).to_json() == judge_history(ops).to_json()


def renaming(op, others):
    return replace(
        op,
        id=others.get(op.id, op.id) if op.id else op.id,
        ids=[others.get(i, i) for i in op.ids] if op.ids is not None else None,
    )


def in_short(report):
    found = [(a.name, a.cause, a.count, a.summary) for c in report.checks for a in c.anomalies]
    return report.verdict, report.reason, found, report.figures


def test_the_model_is_not_vacuous():
    # Over many random runs, every cause and every answer must have come up.
    rng, seen = random.Random(1), Counter()
    for _ in range(300):
        made = [
            Move(
                rng.choice(("healthy", "held", "short", "dead", "recovered")),
                rng.randint(1, 4),
                rng.choice((-1, 1, 0)),
                rng.random() < 0.7,
                rng.random() < 0.7,
                rng.random() < 0.3,
                rng.choice(ANSWERS),
            )
            for _ in range(rng.randint(0, 10))
        ]
        _, truth = play(made, rng.choice((1, 2)))
        seen.update(truth.causes.keys())
        seen["twice"] += bool(truth.twice)
        seen["clean"] += not truth.lost

    assert min(seen[word] for word in (
        "acknowledged-by-leader-only", "acknowledged-by-short-isr",
        "accepted-without-acknowledgement", "never-sent", "twice", "clean",
    )) > 10  # fmt: skip
