"""Finds a service that does not take orders again after the cluster has recovered."""

from __future__ import annotations

from judge.checkers.evidence import choose, how_many, seconds
from judge.comeback import MIN_JUDGED, Comeback, comeback, held_up
from judge.fates import below_floor, fates
from judge.index import History
from judge.recovery import recovered_ms
from judge.verdict import Anomaly, CheckResult, Evidence

NAME = "availability"


def check(
    history: History,
    *,
    accept_again_within_ms: float = 6000,
    min_accepted_after: float = 0.5,
    min_answered: float = 0.95,
    min_accepted: float = 0.0,
) -> CheckResult:
    """Orders must be answered throughout and accepted again once the cluster has recovered.

    Honest refusals while the fault holds are allowed. Recovered means: every fault is healed, a
    live broker leads the topic and our own careful producer is acknowledged again. A program that
    had ended by then is for `program` to judge.

    Options:
        accept_again_within_ms: how long after the recovery the first order must be accepted.
        min_accepted_after: share that must be accepted of the orders handed after that; when the
            run is shorter, of the later half of those handed after the recovery.
        min_answered: share of all orders handed that must have an answer in the end.
        min_accepted: share of all answers that must be accepted; above 0 where the cluster takes
            writes all the time and nothing excuses a refusal.
    """
    if not _answers(history):
        return CheckResult(NAME, None, "nothing here answers orders")
    anomalies = _unanswered(history, min_answered)
    kept: bool | None = None
    figures: dict[str, float | int | str] = {}
    since_ms = recovered_ms(history)
    if since_ms is None:
        summary = "the cluster was not seen to recover"
    elif history.exit is not None and history.exit.t_ms <= since_ms:
        summary = "the program had ended before the cluster recovered"
    else:
        back = comeback(history, since_ms, accept_again_within_ms)
        figures = _figures(back)
        late, few = back.late(accept_again_within_ms), back.few(min_accepted_after)
        if back.judged < MIN_JUDGED and back.first_ms is None:
            summary = "too few orders were handed after the recovery"
        elif (late or few or anomalies) and held_up(history, since_ms):
            anomalies, summary = [], "the cluster was too slow to judge the service by its answers"
        else:
            kept, summary = True, _when(back)
            anomalies += [_refused(history, back, late)] if late or few else []
    anomalies += _unreadable(history) + _needless(history, min_accepted)
    if anomalies:
        kept, summary = False, anomalies[0].summary
    return CheckResult(NAME, kept, summary, tuple(anomalies), figures)


def _answers(history: History) -> bool:
    """Whether the orders of this run are answered at all; see the options of `program`."""
    told = history.terms.options.get("program", {}).get("expects", "answers")
    return told == "answers" or history.answered > 0


def _figures(back: Comeback) -> dict[str, float | int | str]:
    figures: dict[str, float | int | str] = {
        "recovered_ms": back.since_ms,
        "judged_after": back.judged,
        "accepted_after": back.accepted,
    }
    if back.first_ms is not None:
        figures["accepted_again_after_ms"] = round(back.first_ms - back.since_ms, 3)
    return figures


def _refused(history: History, back: Comeback, late: bool) -> Anomaly:
    if back.first_ms is None:
        summary = "no order was accepted after the cluster had recovered"
    elif late:
        waited = seconds(back.first_ms - back.since_ms)
        summary = f"the first order after the recovery was accepted only {waited} later"
    else:
        judged = how_many(back.judged, "order")
        summary = f"{back.accepted:,} of {judged} were accepted after the recovery"
    rows = [_row(history, order_id, back.since_ms) for order_id in choose(back.left, lambda _: 0.0)]
    return Anomaly("unavailable", "refused-after-failover", len(back.left), summary, tuple(rows))


def _row(history: History, order_id: str, since_ms: float) -> Evidence:
    handed_ms = history.handed[order_id]
    said = (
        f"was refused at {seconds(history.refused[order_id])}"
        if order_id in history.refused
        else "got no answer"
    )
    return Evidence(
        f"order {order_id}, handed at {seconds(handed_ms)}, {said}; "
        f"the cluster had recovered at {seconds(since_ms)}",
        handed_ms,
        order_id,
        topic=history.terms.topic,
    )


def _unanswered(history: History, min_answered: float) -> list[Anomaly]:
    """Orders left open by a program that was alive; one that ended or said nothing has failed."""
    handed, open_count = len(history.handed), len(history.handed) - history.answered
    ended = (history.exit.detail or {}).get("reason") == "exited" if history.exit else False
    if ended or open_count == handed or open_count <= (1 - min_answered) * handed:
        return []
    said = (history.accepted, history.refused)
    rows = sorted((t, i) for i, t in history.handed.items() if not any(i in each for each in said))
    evidence = tuple(
        Evidence(
            f"order {i} was handed to the program at {seconds(t)} and never answered",
            t,
            i,
            topic=history.terms.topic,
        )
        for t, i in choose(rows, lambda row: row[0], min(history.died.values(), default=None))
    )
    summary = f"{open_count:,} of {how_many(handed, 'order')} got no answer"
    return [Anomaly("unavailable", "no-answers", open_count, summary, evidence)]


def _unreadable(history: History) -> list[Anomaly]:
    """Orders on live logs above the high watermark, where the topic's own floor keeps them."""
    hidden = fates(history).hidden
    if not hidden or not below_floor(history):
        return []
    rows = sorted((history.accepted.get(i, history.handed[i]), i) for i in hidden)
    evidence = tuple(
        Evidence(
            f"order {i}, vouched for at {seconds(t)}, is on a live log above the high watermark",
            # That nobody can read it is so at the end; while the fault held, nobody could say.
            history.read_ms,
            i,
            topic=history.terms.topic,
        )
        for t, i in choose(rows, lambda row: row[0])
    )
    summary = f"{how_many(len(hidden), 'order')} vouched for cannot be read by anybody"
    return [Anomaly("unavailable", "unreadable-after-failover", len(hidden), summary, evidence)]


def _needless(history: History, min_accepted: float) -> list[Anomaly]:
    """Orders refused although the cluster took writes all the time."""
    refused = sorted((t, i) for i, t in history.refused.items() if i in history.handed)
    if len(refused) <= (1 - min_accepted) * history.answered:
        return []
    evidence = tuple(
        Evidence(
            f"order {i} was refused at {seconds(t)}, while the cluster took writes",
            t,
            i,
            topic=history.terms.topic,
        )
        for t, i in choose(refused, lambda row: row[0])
    )
    summary = f"{how_many(len(refused), 'order')} refused while the cluster took writes"
    return [Anomaly("unavailable", "refused-without-need", len(refused), summary, evidence)]


def _when(back: Comeback) -> str:
    if back.first_ms is None:
        return "no order was accepted after the recovery"
    again = seconds(back.first_ms - back.since_ms)
    return f"orders were accepted again {again} after the recovery"
