"""What a learner's program finds of Java and Kafka: class paths, flags and class archives."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from judge.errors import JudgeError
from judge.kafka.jars import PROGRAMS, RELEASE

JAVA_AT = "/java"
KAFKA_AT = "/kafka"
"""Where both are in a jail. The JVM takes an archive whose jars have moved together, as long as
all of them keep their places towards each other."""

TRAINING_JAR = "archive/training.jar"
"""Last on each class path: an archive fits only a class path that begins as the recorded one."""

_FLAGS = (
    "-XX:+UseSerialGC",
    # C1 only: the second compiler costs more than it gives in a run of seconds.
    "-XX:TieredStopAtLevel=1",
    "-XX:-UsePerfData",
    "-XX:ReservedCodeCacheSize=48m",
    "-XX:+UnlockDiagnosticVMOptions",
    "-XX:ArchiveRelocationMode=0",
    # Its warnings would stand among what the program prints.
    "-Xlog:disable",
    "-Djava.awt.headless=true",
)

_NATIVE = "--enable-native-access=ALL-UNNAMED"
"""zstd and snappy are native; without it the JVM prints four lines of warning."""

_LOGGING = (
    # As Kafka's own tools log: warnings, on standard error, with the time in brackets.
    "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn",
    "-Dorg.slf4j.simpleLogger.showDateTime=true",
    "-Dorg.slf4j.simpleLogger.dateTimeFormat=[yyyy-MM-dd HH:mm:ss,SSS]",
    "-Dorg.slf4j.simpleLogger.showThreadName=false",
)

_CLIENT = ("kafka-clients", "lz4-java", "snappy-java", "zstd-jni", "slf4j-api", "slf4j-simple")
_COMPILER = "ecj"
_SLOW_LOGGER = "log4j-slf4j-impl"
"""What binds log4j to the interface that Kafka logs through. kafka-configs needs log4j itself."""


@dataclass(frozen=True, slots=True)
class Toolbox:
    """One use of the JVM by a learner's program.

    Attributes:
        name: names its class archive.
        jars: its class path, each relative to the `kafka` directory.
        flags: of its JVM; the class archive holds for these.
    """

    name: str
    jars: tuple[str, ...]
    flags: tuple[str, ...]

    @property
    def archive(self) -> str:
        """The class archive, relative to the `kafka` directory."""
        return f"archive/{self.name}.aot"

    def class_path(self, kafka: str, *more: str) -> str:
        """The class path below `kafka`, with `more` after it."""
        return ":".join([*(f"{kafka}/{jar}" for jar in self.jars), *more])

    def command(self, *more: str, archived: bool = True) -> list[str]:
        """The start of a command line in a jail, up to the main class.

        `more` is what comes after the class path's jars; it must lie below KAFKA_AT too.
        """
        archive = [f"-XX:AOTCache={KAFKA_AT}/{self.archive}"] if archived else []
        where = ["-cp", self.class_path(KAFKA_AT, *more)]
        return [f"{JAVA_AT}/bin/java", *self.flags, *archive, *where]

    def mounts(self, kafka: Path, java: Path) -> list[tuple[Path, str]]:
        """What a jail needs for it: source and place of each file or folder.

        Raises:
            JudgeError: "kafka-not-installed", naming what is missing.
        """
        files = [*self.jars, self.archive]
        wanted = [(java, JAVA_AT), *((kafka / name, f"{KAFKA_AT}/{name}") for name in files)]
        for source, _place in wanted:
            if not source.exists():
                raise JudgeError(
                    "kafka-not-installed", f"{source} is missing. Run `./faultline up` again."
                )
        return wanted


def tools_box() -> Toolbox:
    """Kafka's command line tools: the release without its logger, which is slow to start."""
    jars = [at for name, at in _placed() if name not in (_COMPILER, _SLOW_LOGGER)]
    flags = ("-Xmx128m", "-Xss512k", _NATIVE, *_FLAGS, *_LOGGING)
    return Toolbox("tools", (*jars, TRAINING_JAR), flags)


def client_box() -> Toolbox:
    """A program in Java: the clients, what compresses for them, and a logger; no broker."""
    jars = [at for name, at in _placed() if name in _CLIENT]
    return Toolbox("client", (*jars, TRAINING_JAR), ("-Xmx128m", _NATIVE, *_FLAGS, *_LOGGING))


def compiler_box() -> Toolbox:
    """The compiler alone."""
    jars = [at for name, at in _placed() if name == _COMPILER]
    return Toolbox("compiler", tuple(jars), ("-Xmx192m", *_FLAGS))


def _placed() -> list[tuple[str, str]]:
    """Every jar that there is: its artifact's name, and its place in the `kafka` directory."""
    return [
        (jar.coordinate.split(":")[1], f"{of.folder}/{jar.file_name}")
        for of in (RELEASE, PROGRAMS)
        for jar in of.jars()
    ]


BOXES = (tools_box, client_box, compiler_box)
