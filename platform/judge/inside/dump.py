"""Notes what every replica's log holds on disk, the dead broker's included."""

from __future__ import annotations

from judge.history import Op
from judge.inside.observers.replica_log import log_end_offset, stored_batches
from judge.inside.run_state import RunState


def dump_logs(run: RunState) -> None:
    """Note each batch of the learner's topic on each broker, and where each log ends.

    Copies of one batch have the same offset and CRC, so its ids are listed once only: three
    replicas of 20,000 orders would otherwise be most of the history.
    """
    listed: set[tuple[int, int]] = set()
    alive = run.alive_brokers()
    for broker in run.brokers:
        data = run.stage.brokers.data_dir(broker)
        for batch in stored_batches(data, run.topic, 0):
            if batch.is_control:
                continue
            copy = (batch.base_offset, batch.crc)
            ids = None
            if copy not in listed:
                listed.add(copy)
                named = (run.ledger.id_of(value) for _offset, _key, value in batch.records)
                ids = [order_id for order_id in named if order_id is not None]
            run.note(
                Op(
                    run.now_ms(),
                    "log",
                    "info",
                    "stored",
                    topic=run.topic,
                    partition=0,
                    broker=broker,
                    offset=batch.base_offset,
                    count=batch.count,
                    epoch=batch.leader_epoch,
                    crc=batch.crc,
                    ids=ids,
                )
            )
        run.note(
            Op(
                run.now_ms(),
                "log",
                "info",
                "log_end",
                topic=run.topic,
                partition=0,
                broker=broker,
                offset=log_end_offset(data, run.topic, 0),
                detail={"alive": broker in alive},
            )
        )
