"""A diagnosis names what is gone, all of it and nothing else, at the place where it was."""

from __future__ import annotations

from histories.words import ended, healthy, history, sound_run, stored
from judge.checkers import diagnosis
from judge.history import Op
from judge.indexing import index_history
from judge.judging import judge_history


def filled(order_id: str, offset: int) -> list[Op]:
    return [
        Op(10, "ledger", "invoke", "send", id=order_id, key="k"),
        Op(15, "ledger", "ok", "send", id=order_id, key="k", topic="orders", partition=0,
           offset=offset),
    ]  # fmt: skip


def read(*ids: str) -> list[Op]:
    return [
        Op(900, "reader", "ok", "read", topic="orders", partition=0, ids=list(ids),
           detail={"offsets": list(range(len(ids)))}),
        Op(901, "reader", "info", "read_end", topic="orders", partition=0, offset=len(ids)),
    ]  # fmt: skip


def named(order_id: str, offset: int | None = 1, epoch: int | None = 4) -> list[Op]:
    return [Op(950, "program", "ok", "finding", id=order_id, offset=offset, epoch=epoch)]


NIGHT = [*filled("o1", 0), *filled("o2", 1), *stored("o2", on=[2], offset=1, epoch=4), *read("o1")]
"""Two orders were acknowledged; one of them is on a log that died, in epoch 4."""


def check(*parts, promises=("diagnosis",)):
    return diagnosis.check(index_history(history(healthy(), NIGHT, *parts, promises=promises)))


def causes(result) -> list[str]:
    assert (result.kept is False) == bool(result.anomalies)
    return [anomaly.cause for anomaly in result.anomalies]


def test_it_is_kept_when_exactly_the_lost_are_named():
    assert check(named("o2")).kept is True


def test_it_reports_a_lost_record_that_was_not_named():
    result = check()

    assert causes(result) == ["missed"]
    (evidence,) = result.anomalies[0].evidence
    assert (evidence.id, evidence.offset) == ("o2", 1)


def test_it_reports_an_accusation_of_a_record_that_is_there():
    assert causes(check(named("o2"), named("o1", 0))) == ["wrongly-accused"]


def test_it_reports_a_record_that_nobody_ever_stored():
    assert causes(check(named("o2"), named("o7"))) == ["wrongly-accused"]


def test_it_reports_another_offset_or_epoch():
    assert causes(check(named("o2", offset=7))) == ["misplaced"]
    assert causes(check(named("o2", epoch=5))) == ["misplaced"]
    assert causes(check(named("o2", offset=None))) == ["misplaced"]


def test_it_cannot_tell_when_nothing_is_gone():
    found = index_history(
        history(healthy(), filled("o1", 0), read("o1"), named("o1"), promises=("diagnosis",))
    )

    assert diagnosis.check(found).kept is None


def test_a_verdict_is_dated_by_when_it_was_given_and_a_silence_by_the_end_of_the_program():
    accused = check(named("o2"), named("o1", 0), ended(at=960))
    missed = check(ended(at=960))

    assert accused.anomalies[0].evidence[0].t_ms == 950
    assert missed.anomalies[0].evidence[0].t_ms == 960


def test_a_crash_comes_before_what_it_kept_from_being_found():
    run = [op for op in sound_run() if op.f != "exit"]
    nothing_found = [*NIGHT, *ended(code=1, at=8500)]

    report = judge_history(history(run, nothing_found, promises=("diagnosis",)))

    assert [(each.name, each.cause) for each in report.anomalies] == [
        ("program-failed", "crashed"),
        ("wrong-diagnosis", "missed"),
    ]


def test_it_is_silent_where_the_lab_does_not_ask():
    result = check(promises=("lost_writes",))

    assert (result.kept, result.anomalies) == (None, ())


def test_it_goes_by_the_offset_alone_where_no_log_shows_the_record_any_more():
    gone = [*filled("o1", 0), *filled("o2", 1), *read("o1")]

    def named_at(offset):
        run = history(healthy(), gone, named("o2", offset, epoch=9), promises=("diagnosis",))
        return diagnosis.check(index_history(run)).kept

    assert (named_at(1), named_at(2)) == (True, False)


def test_it_cannot_tell_when_the_topic_was_not_read_back():
    unread = history(healthy(), filled("o1", 0), promises=("diagnosis",))
    copied = history(healthy(), NIGHT, promises=("diagnosis",), input_topic="orders-in")

    results = [diagnosis.check(index_history(run)) for run in (unread, copied)]

    assert {(result.kept, result.summary) for result in results} == {
        (None, "the topic was not read back")
    }
