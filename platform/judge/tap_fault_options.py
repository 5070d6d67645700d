"""The keys of the faults that are rules of the tap: which frames are meant, and what is done."""

from __future__ import annotations

from typing import Any

from judge.fields import Fields
from judge.target_options import target_options

Options = dict[str, Any]

APPENDED_ERRORS = (
    "REQUEST_TIMED_OUT",
    "NOT_ENOUGH_REPLICAS_AFTER_APPEND",
    "NOT_LEADER_OR_FOLLOWER",
)
"""What a broker may say although the batch is in its log; every client tries again."""

REFUSED_ERRORS = ("NOT_ENOUGH_REPLICAS", "NOT_LEADER_OR_FOLLOWER", "REQUEST_TIMED_OUT")
"""What a broker may say when it has not appended; every client tries again."""


def produced_options(row: Fields) -> Options:
    """Which Produce: of which topic and partition, after how many records, and how many of them.

    `after_acked` counts acknowledgements that were delivered since the tap started, of the topic;
    `spread` is how many more at most, drawn from the run's seed.
    """
    return {
        "topic": row.text("topic", ""),
        "partition": row.whole("partition") if row.has("partition") else None,
        "after_acked": row.whole("after_acked", 0),
        "spread": row.whole("spread", 0),
        "count": row.whole("count", 1, at_least=1),
    }


def lost_acknowledgement(row: Fields) -> Options:
    """A success that the program hears as an error."""
    return {
        **produced_options(row),
        "error": row.text("error", APPENDED_ERRORS[0], one_of=APPENDED_ERRORS),
    }


def overtaken_batch(row: Fields) -> Options:
    """A batch that is refused after its successor was appended."""
    return {
        **produced_options(row),
        "error": row.text("error", REFUSED_ERRORS[0], one_of=REFUSED_ERRORS),
        "wait_ms": row.number("wait_ms", 1000.0),
    }


def reset_after_append(row: Fields) -> Options:
    """A success that is lost with its connection."""
    return produced_options(row)


def late_acknowledgement(row: Fields) -> Options:
    """A success that the program hears late."""
    return {**produced_options(row), "for_ms": row.number("for_ms")}


def late_commit(row: Fields) -> Options:
    """A commit of offsets that is held: of the watched group, or of another.

    `skip` commits pass first, and up to `spread` more, drawn from the run's seed.
    """
    return {
        "group": row.text("group", ""),
        "skip": row.whole("skip", 0),
        "spread": row.whole("spread", 0),
        "count": 1,
    }


def late_end_txn(row: Fields) -> Options:
    """An EndTxn that is held; `for_ms` bounds it, else it is held until it is healed."""
    return {
        **_whose(row),
        "count": row.whole("count", 1, at_least=1),
        "for_ms": row.number("for_ms") if row.has("for_ms") else None,
    }


def lost_end_txn(row: Fields) -> Options:
    """EndTxns that are lost until it is healed."""
    return _whose(row)


def lost_heartbeats(row: Fields) -> Options:
    """Heartbeats that are lost until it is healed: of the watched group, or of another."""
    return {"group": row.text("group", ""), "client_id": row.text("client_id", "")}


def silent_broker(row: Fields) -> Options:
    """Whom the program no longer hears, or who no longer hears the program."""
    directions = ("both", "request", "response")
    return {**target_options(row), "direction": row.text("direction", "both", one_of=directions)}


def slow_link(row: Fields) -> Options:
    """Milliseconds that are added each way, and how many more at most by chance."""
    keys = ("request_ms", "response_ms", "jitter_ms")
    options = {key: row.number(key) if row.has(key) else 0.0 for key in keys}
    if not any(options.values()):
        raise row.wrong("request_ms", "is missing, and so are the others.", f"Give {keys[0]}.")
    return options


def reset_connections(row: Fields) -> Options:
    """All connections, or with `target` those to one broker."""
    return target_options(row) if row.has("target") else {}


def _whose(row: Fields) -> Options:
    return {"transactional_id": row.text("transactional_id", "")}
