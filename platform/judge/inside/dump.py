"""Notes what every replica's log holds on disk, the dead broker's included."""

from __future__ import annotations

from functools import partial
from typing import Any

from judge.history import Op
from judge.inside.observers.replica_log import StoredBatch, Torn, log_end_offset, stored_batches
from judge.inside.run_state import RunState


def dump_logs(run: RunState) -> None:
    """Note each batch of the judged topic on each broker, and where each log ends.

    Copies of one batch have the same offset and CRC, so its ids are listed once only: three
    replicas of 20,000 orders would otherwise be most of the history.
    """
    for partition in range(run.scenario.judged.partitions):
        listed: set[tuple[int, int]] = set()
        for broker in sorted(run.replicas(partition)):
            data = run.stage.brokers.data_dir(broker)
            torn = partial(_note_torn, run, broker, partition)
            for batch in stored_batches(data, run.topic, partition, on_torn=torn):
                if batch.is_control:
                    _note_marker(run, broker, partition, batch)
                else:
                    _note_batch(run, broker, partition, batch, listed)
            _note_end(run, broker, partition)


def _note_batch(
    run: RunState, broker: int, partition: int, batch: StoredBatch, listed: set[tuple[int, int]]
) -> None:
    copy, ids = (batch.base_offset, batch.crc), None
    if copy not in listed:
        listed.add(copy)
        named = (run.ledger.id_of(value) for _offset, _key, value in batch.records)
        ids = [order_id for order_id in named if order_id is not None]
    _note(
        run,
        broker,
        partition,
        "stored",
        offset=batch.base_offset,
        count=batch.count,
        epoch=batch.leader_epoch,
        crc=batch.crc,
        ids=ids,
        detail=_producer(batch),
    )


def _note_marker(run: RunState, broker: int, partition: int, batch: StoredBatch) -> None:
    _note(
        run,
        broker,
        partition,
        "marker",
        offset=batch.base_offset,
        epoch=batch.leader_epoch,
        detail={
            "pid": batch.producer_id,
            "pepoch": batch.producer_epoch,
            "outcome": batch.outcome,
        },
    )


def _note_end(run: RunState, broker: int, partition: int) -> None:
    end = log_end_offset(run.stage.brokers.data_dir(broker), run.topic, partition)
    alive = broker in run.alive_brokers()
    _note(run, broker, partition, "log_end", offset=end, detail={"alive": alive})


def _note_torn(run: RunState, broker: int, partition: int, torn: Torn) -> None:
    """A live broker's log may be cut at its end because it is just being written."""
    alive = broker in run.alive_brokers()
    detail = {"why": torn.why, "segment": torn.segment.name, "at_bytes": torn.at_bytes}
    _note(run, broker, partition, "torn", count=torn.left_bytes, detail={**detail, "alive": alive})


def _producer(batch: StoredBatch) -> dict[str, Any] | None:
    """Who wrote a batch, as far as Kafka was told."""
    if batch.producer_id < 0:
        return None
    return {
        "pid": batch.producer_id,
        "pepoch": batch.producer_epoch,
        "seq": batch.base_sequence,
        "txn": batch.is_transactional,
    }


def _note(run: RunState, broker: int, partition: int, f: str, **fields: Any) -> None:
    place: dict[str, Any] = {"topic": run.topic, "partition": partition, "broker": broker}
    run.note(Op(run.now_ms(), "log", "info", f, **place, **fields))
