"""Writes what an investigator would be given: every replica's log as a tool prints it, and more."""

from __future__ import annotations

import json

from judge.inside.observers.replica_log import stored_batches
from judge.inside.run_state import RunState

ACCEPTED_FILE = "accepted.jsonl"
SITUATION_FILE = "situation.json"


def gather_evidence(run: RunState) -> dict[str, bytes]:
    """The files, by name, for the judged topic as it is now.

    `broker-N.log.txt` for every replica, the dead one's too: batches and records in the form that
    kafka-dump-log.sh --print-data-log has. `accepted.jsonl`: what our service was told is stored,
    a line each. `situation.json`: who leads, who is in sync, who is dead.
    """
    # The book first: what is in it by now is in the leader's log, and the orders flow on.
    accepted = list(run.filler.accepted) if run.filler else []
    files = {
        f"broker-{broker}.log.txt": _dump(run, broker).encode()
        for broker in sorted(run.replicas(0))
    }
    files[ACCEPTED_FILE] = "".join(json.dumps(row) + "\n" for row in accepted).encode()
    situation = {
        "topic": run.topic,
        "leader": run.leader_of(run.topic),
        "in_sync": sorted(run.isr_of(run.topic)),
        "dead": sorted(set(run.brokers) - set(run.alive_brokers())),
    }
    files[SITUATION_FILE] = json.dumps(situation, indent=1).encode()
    return files


def _dump(run: RunState, broker: int) -> str:
    lines = [f"Dumping {run.topic}-0 of broker {broker}"]
    for batch in stored_batches(run.stage.brokers.data_dir(broker), run.topic, 0):
        lines.append(
            f"baseOffset: {batch.base_offset} lastOffset: {batch.last_offset} "
            f"count: {batch.count} producerId: {batch.producer_id} "
            f"partitionLeaderEpoch: {batch.leader_epoch} "
            f"isControl: {str(batch.is_control).lower()} "
            f"size: {batch.size_bytes} magic: 2 crc: {batch.crc & 0xFFFFFFFF}"
        )
        if batch.is_control:
            continue
        for offset, key, value in batch.records:
            lines.append(f"| offset: {offset} key: {_text(key)} payload: {_text(value)}")
    return "\n".join(lines) + "\n"


def _text(raw: bytes | None) -> str:
    return "null" if raw is None else raw.decode(errors="replace")
