"""Finds orders that a broker acknowledged, or the program accepted, and no reader can read."""

from __future__ import annotations

from typing import Any

from judge.acknowledgements import acknowledgements, is_acknowledged
from judge.checkers.evidence import choose, how_many, seconds
from judge.fates import Loss, fates
from judge.history import Op
from judge.index import History, absent, acks_of
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "lost_writes"


def check(history: History) -> CheckResult:
    """Every order vouched for must be readable at the end.

    Vouched for is an order the program accepted, or one a broker acknowledged and the program
    did not refuse. A refused order, or one in doubt, may be there or not. `kept` is None when
    nothing was vouched for or when the reading has a hole: that proves nothing either way.
    """
    became = fates(history)
    by_id = acknowledgements(history).by_id
    vouched = len(by_id) + len(absent(history.accepted, by_id))
    figures = {
        "vouched": vouched,
        "lost": len(became.lost),
        "hidden": len(became.hidden),
        "unexplained": len(became.unexplained),
    }
    if not history.read_ends:
        return CheckResult(NAME, None, "the topic was not read back", (), figures)
    if became.lost:
        lost = how_many(len(became.lost), "order")
        summary = f"{lost} of {vouched:,} vouched for cannot be read back"
        return CheckResult(NAME, False, summary, _anomalies(history, became.lost), figures)
    if became.unexplained:
        hole = how_many(len(became.unexplained), "order")
        return CheckResult(NAME, None, f"{hole} on a live log could not be read back", (), figures)
    if not vouched:
        return CheckResult(NAME, None, "no order was accepted or acknowledged", (), figures)
    if became.hidden:
        summary = f"none is lost; {how_many(len(became.hidden), 'order')} cannot be read yet"
        return CheckResult(NAME, True, summary, (), figures)
    every = "the one order" if vouched == 1 else f"all {vouched:,} orders"
    return CheckResult(NAME, True, f"{every} vouched for can be read back", (), figures)


def _anomalies(history: History, lost: list[Loss]) -> tuple[Anomaly, ...]:
    """One anomaly a cause, the cause that struck first at the front."""
    by_cause: dict[str, list[Loss]] = {}
    for loss in lost:
        by_cause.setdefault(loss.cause, []).append(loss)
    killed_ms = min(history.died.values(), default=None)
    return tuple(
        Anomaly(
            "lost-write",
            cause,
            len(losses),
            f"{how_many(len(losses), 'order')} {_SUMMARIES[cause]}",
            tuple(_evidence(history, loss) for loss in choose(losses, lambda x: x.t_ms, killed_ms)),
        )
        for cause, losses in by_cause.items()
    )


_SUMMARIES = {
    "acknowledged-by-leader-only": "acknowledged by the leader alone (acks=1), then gone",
    "acknowledged-by-short-isr": "acknowledged while the leader was alone in the ISR, then gone",
    "acknowledged-then-gone": "acknowledged by a broker, then gone",
    "accepted-without-acknowledgement": "accepted by the program without an acknowledgement",
    "never-sent": "accepted by the program and never sent",
}


def _evidence(history: History, loss: Loss) -> Evidence:
    op, topic = loss.ack, history.terms.topic
    epoch = None
    if loss.batch is not None:
        epoch = max(epoch for _, epoch in history.copies[loss.batch])
    detail: dict[str, Any] = {"cause": loss.cause, "program": _answer(history, loss.id)}
    if op is not None:
        detail["acks"] = acks_of(op)
        detail["response"] = op.error or ("ok" if op.type == "ok" else "none")
    if loss.batch is not None:
        detail["stored_on"] = sorted({broker for broker, _ in history.copies[loss.batch]})
    offset = loss.offset if loss.offset is not None or op is None else op.offset
    return Evidence(
        what=_sentence(history, loss, epoch),
        t_ms=loss.t_ms,
        id=loss.id,
        broker=op.broker if op else None,
        topic=topic,
        partition=_partition(loss),
        offset=offset,
        leader_epoch=None if epoch == -1 else epoch,
        detail=detail,
    )


def _partition(loss: Loss) -> int | None:
    if loss.batch is not None:
        return loss.batch[0]
    return loss.ack.partition if loss.ack else None


def _answer(history: History, order_id: str) -> str:
    if order_id in history.accepted:
        return "accepted"
    return "refused" if order_id in history.refused else "no answer"


def _sentence(history: History, loss: Loss, epoch: int | None) -> str:
    if loss.ack is not None and is_acknowledged(loss.ack):
        return _acknowledged(history, loss, loss.ack, epoch)
    said = f"order {loss.id} was accepted by the program at {seconds(loss.t_ms)}"
    if loss.cause == "never-sent":
        return f"{said}; no batch that could have held it reached a broker"
    return f"{said}; {_doubt(loss)}; no surviving replica holds it"


def _acknowledged(history: History, loss: Loss, op: Op, epoch: int | None) -> str:
    asked = "all" if acks_of(op) == -1 else acks_of(op)
    where = f", offset {loss.offset}" if loss.offset is not None else ""
    where += f", leader epoch {epoch}" if epoch is not None and epoch >= 0 else ""
    alone = (
        f", broker {op.broker} alone in the ISR"
        if loss.cause == "acknowledged-by-short-isr"
        else ""
    )
    held = (
        "no surviving replica holds it"
        if loss.batch is not None
        else "no log holds that batch any more, and this order can only have been in one such"
    )
    died_ms = history.died.get(op.broker if op.broker is not None else -1)
    death = f"broker {op.broker} died at {seconds(died_ms)}; " if died_ms is not None else ""
    return (
        f"order {loss.id} was acknowledged by broker {op.broker} (acks={asked}) at "
        f"{seconds(op.t_ms)}{where}{alone}; {death}{held}"
    )


def _doubt(loss: Loss) -> str:
    op, held = loss.ack, "held" if loss.batch is not None else "could have held"
    if op is None:
        return "the tap saw no answer to the batch that holds it"
    if acks_of(op) == 0:
        return f"it was sent to broker {op.broker} with acks=0, which asks for no answer"
    if op.error is not None:
        return f"the batch that {held} it was refused by broker {op.broker} ({op.error})"
    return f"the batch that {held} it got no answer from broker {op.broker}"
