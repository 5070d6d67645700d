"""The append-only list of operations that a verdict is a pure function of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Op:
    """One observation, `t_ms` after the scenario began, on one monotonic clock.

    source, type and f say who saw what:

    =========  =======  ==========  ======================================================
    source     type     f           carries
    =========  =======  ==========  ======================================================
    scenario   info     begin/end   detail: settings, lab, versions, window moments
    ledger     invoke   send        id, key: an order was handed to the program
    program    ok/fail  send        id: the program said it accepted / refused that order
    program    info     exit        detail: reason, code, stderr tail
    tap        ok/fail  append      topic, partition, offset (base), count, broker, crc,
               /info                error, detail: acks, pid, epoch, sequence, sent_ms.
                                    ok: the response reached the program; info: it did not
    log        info     stored      broker, topic, partition, offset (base), epoch (leader),
                                    crc, ids (of a batch; null where another broker's copy
                                    of the same crc and offset already listed them)
    log        info     log_end     broker, topic, partition, offset; detail: alive
    log        info     torn        broker, topic, partition, count: bytes at its end that are no
                                    records, detail: why (cut, zeros, corrupt), alive
    log        info     segments    broker, topic, partition, count: bytes of records,
                                    detail: segments, allocated_bytes
    reader     ok       read        topic, partition, ids, detail: offsets (same length), altered
                                    (offsets of copies that do not say what the order said)
    reader     info     read_end    topic, partition, offset: read up to here, all of it
    metadata   info     leader      topic, partition, broker (leader or null), detail: isr
    metadata   info/    config      topic or broker, detail: value by name, _when: begin, end or
               fail                 change. fail: no such topic
    metadata   info     partition_  topic, partition, broker (leader), epoch, detail: isr, elr,
                        change      last_known_elr, recovering, election, offset
    metadata   info     fencing     broker, detail: fenced
    metadata   info     topic       topic, detail: change: created or deleted
    metadata   info     controller  broker, epoch: who became the active one
    group      info/    committed   id (group), topic, partition, offset (-1: gone), detail:
               fail                 asked_ms. fail, here and below: nobody answered at the end
    group      info/    members     id (group), count, detail: state, protocol, assignor,
               fail                 members, asked_ms
    transac-   info/    stable_end  topic, partition, offset (LSO), detail: high_watermark,
    tion       fail                 asked_ms
    transac-   info     state       id (transactional id), detail: state, pid, pepoch,
    tion                            timeout_ms, partitions
    program    ok       processed   id, detail: program: its side effect for that record
    fault      invoke   <fault>     broker; planned. detail: as (its name, where it is another),
                                    optional, alert and alert_within_s (see judge.alerts_asked)
    fault      ok/fail  <fault>     broker, detail: proof; the fault took effect / did not
    fault      info     healed      broker, detail: proof
    canary     ok       send/read   topic, ids: what our own producers were told, and read back
                                    detail of send: acked_ms, when each was acknowledged
    machine    info     pressure    detail: cpu starvation during the run
    =========  =======  ==========  ======================================================
    """

    t_ms: float
    source: str
    type: str
    f: str
    id: str | None = None
    key: str | None = None
    topic: str | None = None
    partition: int | None = None
    offset: int | None = None
    count: int | None = None
    broker: int | None = None
    epoch: int | None = None
    crc: int | None = None
    error: str | None = None
    ids: list[str] | None = None
    detail: dict[str, Any] | None = None

    def to_dict(self) -> dict[str, Any]:
        """The set fields only, as plain JSON types."""
        return {name: value for name in _NAMES if (value := getattr(self, name)) is not None}


_NAMES = tuple(f.name for f in fields(Op))


def op_from_dict(row: dict[str, Any]) -> Op:
    """The operation that `Op.to_dict` wrote. Raises TypeError on an unknown field."""
    return Op(**row)


def write_history(path: Path, ops: Iterable[Op]) -> None:
    """Write one operation a line; the same operations give the same bytes."""
    with path.open("w", encoding="utf-8") as out:
        for op in ops:
            out.write(json.dumps(op.to_dict(), separators=(",", ":"), sort_keys=True) + "\n")


def read_history(path: Path) -> Iterator[Op]:
    """Read back what `write_history` wrote."""
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield op_from_dict(json.loads(line))
