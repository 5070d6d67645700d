"""Our own records: what we were told is stored can be read, or was given away by somebody."""

from __future__ import annotations

from histories.words import healthy, history, stored
from judge.checkers import stored_writes
from judge.history import Op
from judge.indexing import index_history


def filled(order_id: str, offset: int, at: float = 10.0) -> list[Op]:
    return [
        Op(at, "ledger", "invoke", "send", id=order_id, key="k"),
        Op(at + 5, "ledger", "ok", "send", id=order_id, key="k", topic="orders", partition=0,
           offset=offset),
    ]  # fmt: skip


def read(*ids: str) -> list[Op]:
    offsets = list(range(len(ids)))
    return [
        Op(900, "reader", "ok", "read", topic="orders", partition=0, ids=list(ids),
           detail={"offsets": offsets}),
        Op(901, "reader", "info", "read_end", topic="orders", partition=0, offset=len(ids)),
    ]  # fmt: skip


def check(*parts, **terms):
    return stored_writes.check(index_history(history(healthy(), *parts, **terms)))


def test_it_is_kept_when_all_that_was_stored_can_be_read():
    result = check(filled("o1", 0), filled("o2", 1), read("o1", "o2"))

    assert (result.kept, result.figures) == (True, {"stored": 2, "gone": 0})


def test_it_reports_a_record_that_no_log_holds_any_more():
    result = check(filled("o1", 0), filled("o2", 1), read("o1"))

    assert result.kept is False
    (anomaly,) = result.anomalies
    assert (anomaly.name, anomaly.cause, anomaly.count) == ("lost-write", "stored-then-gone", 1)
    assert anomaly.evidence[0].id == "o2"
    assert anomaly.evidence[0].offset == 1


def test_it_cannot_tell_while_a_live_log_holds_the_record():
    result = check(filled("o1", 0), filled("o2", 1), stored("o1", "o2", on=[1]), read("o1"))

    assert result.kept is None


def test_it_cannot_tell_when_nobody_read_the_topic():
    assert check(filled("o1", 0)).kept is None


def test_it_does_not_speak_of_a_topic_that_a_program_copies_from():
    assert check(filled("o1", 0), read(), input_topic="orders-in").kept is None


def test_a_record_in_doubt_may_be_missing():
    asked = [Op(10, "ledger", "invoke", "send", id="o9", key="k")]

    assert check(filled("o1", 0), asked, read("o1")).kept is True


def test_it_is_silent_where_the_lab_does_not_ask():
    result = check(filled("o1", 0), filled("o2", 1), read("o1"), wanted_anomaly="")

    assert (result.kept, result.anomalies) == (None, ())
