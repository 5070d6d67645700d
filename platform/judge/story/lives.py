"""The life of single records, step by step, as ledger, tap, logs, metadata and reader saw it."""

from __future__ import annotations

from dataclasses import dataclass

from judge.acknowledgements import acknowledgements, is_acknowledged
from judge.fates import fates
from judge.history import Op
from judge.index import BatchKey, History, acks_of, isr_of, offset_at, sent_ms, spot
from judge.story.deeds import deeds, fate_of_deeds, last_before_break
from judge.story.kill import at_kill
from judge.story.step import Step

MAX_LIVES = 3
MAX_TRIES = 4
"""Sendings of one record that are told; of more, the first and the last ones are."""


@dataclass(frozen=True, slots=True)
class Life:
    """One record.

    `fate` is lost, readable, refused or in-doubt; of one that a program was to process it is
    processed, processed-twice or never-processed.
    """

    id: str
    fate: str
    steps: tuple[Step, ...]


def lives(history: History, shown: tuple[str, ...] = ()) -> tuple[Life, ...]:
    """Up to MAX_LIVES lives: of `shown`, else of lost, of doubled, else of one the fault met.

    The fault of a program that reads a topic is its end: then it is the last that it had done.
    """
    chosen = _choose(history, shown)
    places = history.places_of(set(chosen))
    return tuple(_life(history, order_id, places.get(order_id, [])) for order_id in chosen)


def _choose(history: History, shown: tuple[str, ...]) -> list[str]:
    known = [order_id for order_id in dict.fromkeys(shown) if order_id in history.handed]
    pool = known or [loss.id for loss in fates(history).lost] or sorted(history.read_again)
    pool = [order_id for order_id in pool if order_id in history.handed]
    if pool:
        return list(dict.fromkeys((pool[len(pool) // 2], pool[0], pool[-1])))[:MAX_LIVES]
    killed_ms = min(history.died.values(), default=None)
    met = [(t, i) for i, t in history.handed.items() if killed_ms is not None and t <= killed_ms]
    return [max(met)[1]] if met else last_before_break(history)


def _life(history: History, order_id: str, places: list[tuple[BatchKey, int]]) -> Life:
    whom = "to the program" if order_id not in history.filled else "to our own producer"
    steps = [Step(history.handed[order_id], "handed", f"handed {whom}", "", "ledger")]
    for key, offset in places:
        steps += _sendings(history, key, offset)
    if not places:
        loss = next((loss for loss in fates(history).lost if loss.id == order_id), None)
        if loss is not None and loss.ack is not None:
            steps += _sending(loss.ack, "in a batch that can have held it")
    steps += _answers(history, order_id)
    steps += deeds(history, order_id)
    steps += _fault(history, places)
    steps += _ending(history, order_id, places)
    steps.sort(key=lambda one: one.t_ms)
    return Life(order_id, _fate(history, order_id), tuple(steps))


def _fate(history: History, order_id: str) -> str:
    if any(loss.id == order_id for loss in fates(history).lost):
        return "lost"
    if done := fate_of_deeds(history, order_id):
        return done
    if order_id in history.first_read:
        return "readable"
    return "refused" if order_id in history.refused else "in-doubt"


def _sendings(history: History, key: BatchKey, offset: int) -> list[Step]:
    tries = acknowledgements(history).by_batch.get(key, [])
    told = tries if len(tries) <= MAX_TRIES else [*tries[:2], *tries[-2:]]
    count = history.counts.get(key, len(history.ids.get(key, ())))
    steps = [
        one
        for op in told
        for one in _sending(op, f"in a batch of {count}" if count > 1 else "in a batch of its own")
    ]
    copies = history.copies.get(key, [])
    stored_on = " and ".join(str(broker) for broker, _ in copies)
    epoch = max((epoch for _, epoch in copies), default=-1)
    if told and copies:
        answer = next((op for op in told if is_acknowledged(op)), told[0])
        # The append itself has no clock of ours: it is before the answer and after the sending.
        moment = (answer.detail or {}).get("answered_ms") or answer.t_ms
        steps.append(
            Step(
                float(moment),
                "appended",
                f"appended at offset {offset:,}" + (f", epoch {epoch}" if epoch >= 0 else ""),
                f"the log of broker {stored_on} holds it"
                if len(copies) == 1
                else f"the logs of brokers {stored_on} hold it",
                "log",
                answer.broker,
                offset,
                epoch if epoch >= 0 else None,
            )
        )
    return sorted(steps, key=lambda one: (one.t_ms, _WITHIN.get(one.what, 9)))


_WITHIN = {"handed": 0, "sent": 1, "appended": 2, "acknowledged": 3}


def _sending(op: Op, how: str) -> list[Step]:
    sent = Step(sent_ms(op), "sent", f"sent to broker {op.broker}", how, "tap", op.broker)
    asked = {0: "acks=0 asks for no answer", 1: "acks=1, one log has it", -1: "acks=all"}
    acks = acks_of(op)
    said = "" if acks is None else asked.get(acks, "")
    if is_acknowledged(op):
        end = Step(op.t_ms, "acknowledged", "acknowledged to the program", said, "tap", op.broker)
    elif op.error is not None:
        end = Step(op.t_ms, "refused", f"refused by broker {op.broker}", op.error, "tap", op.broker)
    else:
        end = Step(op.t_ms, "unanswered", "no answer reached the program", said, "tap", op.broker)
    return [sent, end]


def _answers(history: History, order_id: str) -> list[Step]:
    steps = []
    if order_id in history.accepted:
        moment = history.accepted[order_id]
        steps.append(Step(moment, "accepted", "accepted by the program", "", "program"))
    if order_id in history.refused:
        moment = history.refused[order_id]
        steps.append(Step(moment, "program-refused", "refused by the program", "", "program"))
    return steps


def _fault(history: History, places: list[tuple[BatchKey, int]]) -> list[Step]:
    """The death of the leader and who led after it."""
    partition = places[0][0][0] if places else 0
    logs = at_kill(history, partition)
    steps: list[Step] = []
    for broker, died_ms in sorted(history.died.items(), key=lambda item: item[1]):
        only = {b for key, _ in places for b, _ in history.copies.get(key, [])} == {broker}
        if logs is not None and logs.broker == broker:
            behind = {name: end for name, end in logs.log_ends.items() if name != str(broker)}
            text = ", ".join(f"broker {name} at {end:,}" for name, end in behind.items())
            if behind and only:
                steps.append(
                    Step(died_ms, "behind", f"the other logs end earlier: {text}", "", "log")
                )
        note = "the only copy is on its disk" if only else ""
        steps.append(Step(died_ms, "killed", f"broker {broker} killed", note, "fault", broker))
    first_ms = min(history.died.values(), default=None)
    if first_ms is not None:
        steps += _successions(history, partition, first_ms)
    return steps


def _successions(history: History, partition: int, after_ms: float) -> list[Step]:
    steps: list[Step] = []
    last: int | None = -1
    for op in history.metadata.get((history.terms.topic, partition), []):
        if op.t_ms <= after_ms or op.broker == last or op.broker in history.gone_brokers:
            continue
        last = op.broker
        isr = ", ".join(map(str, isr_of(op))) or "nobody"
        text = "nobody leads" if op.broker is None else f"broker {op.broker} leads"
        what = "no-leader" if op.broker is None else "leader"
        steps.append(Step(op.t_ms, what, text, f"in sync: {isr}", "metadata", op.broker))
    return steps[:MAX_TRIES]


def _ending(history: History, order_id: str, places: list[tuple[BatchKey, int]]) -> list[Step]:
    moment = history.read_ms if history.read_ms is not None else history.end_ms
    here = history.first_read.get(order_id)
    if here is not None:
        offset = offset_at(here)
        return [Step(moment, "read", f"read back at offset {offset:,}", "", "reader", None, offset)]
    steps: list[Step] = []
    wanted = {spot(key[0], offset): offset for key, offset in places}
    for other, at in history.first_read.items() if wanted else ():
        if at in wanted:
            text = f"offset {wanted[at]:,} is now {other}"
            note = "another record, same offset"
            steps.append(Step(moment, "replaced", text, note, "reader", None, wanted[at]))
            break
    lost = _fate(history, order_id) == "lost"
    note = "lost" if lost else "it may be there or not: nobody was promised it"
    steps.append(
        Step(moment, "lost", "read from the first offset to the last: not found", note, "reader")
    )
    return steps
