"""Where an installed Kafka lies, as the sandbox needs to know it to start brokers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.archive import archive_is_fresh, archive_path
from judge.kafka.jars import check_jars, jar_paths
from judge.kafka.logging import logging_path
from judge.kafka.runtime import BROKER_FLAGS, java_path
from judge.kafka.storage import BOOTSTRAP_FILE


@dataclass(frozen=True, slots=True)
class KafkaInstall:
    """Paths that are the same outside and inside of a sandbox, and the flags of a broker's JVM."""

    java: Path
    classpath: str
    logging: Path
    bootstrap: Path
    archive: Path | None
    flags: tuple[str, ...] = BROKER_FLAGS

    def command(self, properties: Path, extra_flags: tuple[str, ...] = ()) -> list[str]:
        """The command line of one broker with the given server.properties."""
        archive = [f"-XX:AOTCache={self.archive}"] if self.archive else []
        return [
            str(self.java),
            *self.flags,
            *archive,
            *extra_flags,
            f"-Dlog4j2.configurationFile={self.logging}",
            "-cp",
            self.classpath,
            "kafka.Kafka",
            str(properties),
        ]

    def to_dict(self) -> dict[str, Any]:
        """The install as plain JSON types, for the boot request."""
        return {
            "java": str(self.java),
            "classpath": self.classpath,
            "logging": str(self.logging),
            "bootstrap": str(self.bootstrap),
            "archive": str(self.archive) if self.archive else None,
            "flags": list(self.flags),
        }


def install_from_dict(row: Mapping[str, Any]) -> KafkaInstall:
    """The install that `KafkaInstall.to_dict` wrote."""
    return KafkaInstall(
        java=Path(row["java"]),
        classpath=str(row["classpath"]),
        logging=Path(row["logging"]),
        bootstrap=Path(row["bootstrap"]),
        archive=Path(row["archive"]) if row["archive"] else None,
        flags=tuple(row["flags"]),
    )


def load_install(home: Home) -> KafkaInstall:
    """The checked install of `home`. Hashes the jars once per process.

    A stale class archive is left out: brokers then start in 4 s instead of 2, and work.

    Raises:
        JudgeError: a jar is missing, changed or unknown, or "kafka-not-installed".
    """
    check_jars(home)
    bootstrap, logging = home.kafka / BOOTSTRAP_FILE, logging_path(home)
    for needed in (bootstrap, logging):
        if not needed.is_file():
            raise JudgeError(
                "kafka-not-installed", f"{needed} is missing. Run `./faultline up` again."
            )
    return KafkaInstall(
        java=java_path(),
        classpath=":".join(str(path) for path in jar_paths(home)),
        logging=logging,
        bootstrap=bootstrap,
        archive=archive_path(home) if archive_is_fresh(home) else None,
    )
