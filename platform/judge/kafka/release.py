"""Which Kafka is run: version, roots to resolve, and the lock of every jar by SHA-256."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

KAFKA_VERSION = "4.3.1"

ROOTS = (
    f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}",
    # The scripts ship these two beside the broker; without them it runs but logs nothing.
    "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
    "org.apache.logging.log4j:log4j-core:2.25.4",
)
"""Resolved with everything they need at run time."""

ALONE = (f"org.apache.kafka:kafka-tools:{KAFKA_VERSION}",)
"""Taken without what they depend on: the tools run on the broker's jars, and their own list
would add Connect and a web server (40 MB)."""

LOCK_FILE = Path(__file__).with_name("jars.lock")

PROGRAM_ROOTS = (
    # Compiles a learner's Java on the JRE that is there; the newest that runs on Java 17 and up.
    "org.eclipse.jdt:ecj:3.46.0",
    # What the clients and the command line tools log with: log4j costs 0.1 s of each start.
    "org.slf4j:slf4j-simple:1.7.36",
)
"""What learner's programs need beside the release, each taken alone."""

PROGRAM_LOCK_FILE = Path(__file__).with_name("program-jars.lock")


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar of the release: `group:artifact:version`, its SHA-256 and its size in bytes."""

    coordinate: str
    sha256: str
    size_bytes: int

    @property
    def file_name(self) -> str:
        """The name under which a Maven repository and our jars directory hold it."""
        _, artifact, version = self.coordinate.split(":")
        return f"{artifact}-{version}.jar"


def parse_lock(text: str) -> tuple[Jar, ...]:
    """The jars of a lock: `coordinate sha256 bytes` a line, `#` begins a comment.

    Raises:
        ValueError: a line that is not of this form, named by its number.
    """
    jars = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        if len(words) != 3 or words[0].count(":") != 2 or len(words[1]) != 64:
            raise ValueError(f"jars.lock, line {number}: not `group:artifact:version sha256 bytes`")
        jars.append(Jar(words[0], words[1], int(words[2])))
    return tuple(jars)


@cache
def locked_jars() -> tuple[Jar, ...]:
    """The jars of this release, in the order of the classpath."""
    return parse_lock(LOCK_FILE.read_text(encoding="ascii"))


@cache
def program_jars() -> tuple[Jar, ...]:
    """The jars for learner's programs. A broker never has them on its classpath."""
    return parse_lock(PROGRAM_LOCK_FILE.read_text(encoding="ascii"))
