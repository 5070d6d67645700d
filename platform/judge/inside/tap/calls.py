"""Requests that are evidence besides Produce: commits, transactions, and life in a group."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from judge.inside.tap.codec import error_name
from judge.inside.tap.produce import Place, topic_key_of

OFFSET_COMMIT, JOIN_GROUP, HEARTBEAT, LEAVE_GROUP, SYNC_GROUP = 8, 11, 12, 13, 14
INIT_PRODUCER_ID, END_TXN, TXN_OFFSET_COMMIT, CONSUMER_GROUP_HEARTBEAT = 22, 26, 28, 68

_GROUP_NAMES = {
    JOIN_GROUP: "join",
    SYNC_GROUP: "sync",
    HEARTBEAT: "heartbeat",
    LEAVE_GROUP: "leave",
    CONSUMER_GROUP_HEARTBEAT: "consumer_heartbeat",
}


@dataclass(slots=True)
class Call:
    """What one such request asks, and later what its answer says.

    `f` is the name in the history, `id` the group or the transactional id. A commit has a row
    for each of `offsets`, with an error of its own; every other call has one row and `error`.
    """

    f: str
    id: str | None
    group: str | None = None
    transactional_id: str | None = None
    offsets: Mapping[Place, int] = field(default_factory=dict)
    detail: dict[str, Any] = field(default_factory=dict)
    answered: bool = False
    error: str | None = None
    errors: Mapping[Place, str | None] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """The answer is here and holds no error."""
        return self.answered and not self.error and not any(self.errors.values())

    def refuse(self, error: str | None) -> None:
        """A rule tells the program `error` instead of the success that the broker answered."""
        self.detail["hidden"] = "ok"
        if self.offsets:
            self.errors = dict.fromkeys(self.offsets, error)
        else:
            self.error = error


def call_of(api: int, body: Any) -> Call:
    """What a decoded request asks; `api` is one of `CALL_APIS`. Raises UndecodableError."""
    return _ASKED[api](api, body)


def note_answer(call: Call, api: int, body: Any) -> None:
    """Add what a decoded response says. Raises UndecodableError."""
    call.answered = True
    if call.f == "commit":
        call.errors = {
            (topic_key_of(topic), part.partition_index): error_name(part.error_code)
            for topic in body.topics
            for part in topic.partitions
        }
        return
    call.error = error_name(body.error_code)
    if api == INIT_PRODUCER_ID:
        call.detail |= {"pid": body.producer_id, "epoch": body.producer_epoch}
    elif api == CONSUMER_GROUP_HEARTBEAT:
        call.detail |= _set(member=body.member_id, epoch=body.member_epoch)
        if body.assignment is not None:
            call.detail["assigned"] = _count(body.assignment.topic_partitions)
    elif api == JOIN_GROUP:
        call.detail |= _set(member=body.member_id, generation=body.generation_id)


def _commit(api: int, body: Any) -> Call:
    transactional_id = getattr(body, "transactional_id", None)
    # TxnOffsetCommit names the member from version 3 on.
    detail = _set(member=getattr(body, "member_id", None))
    if api == TXN_OFFSET_COMMIT:
        generation = getattr(body, "generation_id", None)
        detail |= {"txn": transactional_id, "pid": body.producer_id, "epoch": body.producer_epoch}
    else:
        # One field until version 8 and another from then on; one number all the same.
        generation = getattr(body, "generation_id_or_member_epoch", None)
        generation = getattr(body, "generation_id", generation)
    return Call(
        "commit",
        body.group_id,
        group=body.group_id,
        transactional_id=transactional_id,
        offsets={
            (topic_key_of(topic), part.partition_index): part.committed_offset
            for topic in body.topics
            for part in topic.partitions
        },
        detail=detail | _set(generation=generation),
    )


def _end_txn(_api: int, body: Any) -> Call:
    detail = {
        "committed": body.committed,
        "pid": body.producer_id,
        "epoch": body.producer_epoch,
    }
    name = body.transactional_id
    return Call("end_txn", name, transactional_id=name, detail=detail)


def _init_producer(_api: int, body: Any) -> Call:
    name = body.transactional_id
    return Call("init_producer", name, transactional_id=name)


def _group(api: int, body: Any) -> Call:
    members = getattr(body, "members", None)
    member = members[0].member_id if members else getattr(body, "member_id", None)
    detail = _set(
        api=_GROUP_NAMES[api],
        member=member,
        generation=getattr(body, "generation_id", None),
        epoch=getattr(body, "member_epoch", None),
    )
    return Call("group", body.group_id, group=body.group_id, detail=detail)


_ASKED: Mapping[int, Callable[[int, Any], Call]] = {
    OFFSET_COMMIT: _commit,
    TXN_OFFSET_COMMIT: _commit,
    END_TXN: _end_txn,
    INIT_PRODUCER_ID: _init_producer,
    **dict.fromkeys(_GROUP_NAMES, _group),
}

CALL_APIS = frozenset(_ASKED)
"""The APIs that `call_of` reads."""


def _set(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value not in (None, "")}


def _count(topics: Any) -> int:
    return sum(len(topic.partitions) for topic in topics)
