"""A stir in a cluster is dated by the brokers' own logs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from judge.inside.observers.broker_log import last_stir

FENCED = (
    "[2026-11-25 21:22:03,827] INFO [QuorumController id=1] Replayed BrokerRegistrationChangeRecord"
    " (org.apache.kafka.controller.ClusterControlManager)\n"
)
NOISE = "[2026-11-25 21:30:00,000] WARN Connection lost (org.apache.kafka.clients.NetworkClient)\n"
SHRUNK = (
    "[2026-11-25T21:22:04,500] INFO [Partition orders-0 broker=1] Shrinking ISR from 1,2 to 1"
    " (kafka.cluster.Partition)\n"
)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()


def test_it_dates_the_last_stir_and_passes_over_noise(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    log.write_text(FENCED + NOISE)

    assert last_stir(log) == at("2026-11-25 21:22:03.827")


def test_it_reads_both_ways_in_which_log4j_may_write_a_date(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    log.write_text(FENCED + SHRUNK + NOISE)

    assert last_stir(log) == at("2026-11-25 21:22:04.500")


def test_a_log_without_a_stir_is_from_before_all_time(tmp_path: Path) -> None:
    log = tmp_path / "1.log"
    log.write_text(NOISE)

    assert last_stir(log) == 0.0
