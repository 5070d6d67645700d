"""The class archives that make the JVMs of learner's programs quick to start, made at install."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.commands import training_text
from judge.kafka.jars import OnProgress
from judge.kafka.loopback import LoopbackCluster, free_endpoints
from judge.kafka.runtime import java_path, runtime_stamp
from judge.kafka.settings import broker_properties, properties_text
from judge.kafka.shape import Shape
from judge.kafka.storage import format_directory, random_id
from judge.kafka.toolbox import BOXES, TRAINING_JAR, Toolbox, client_box, compiler_box, tools_box

if TYPE_CHECKING:
    from judge.kafka.installed import KafkaInstall

_SOURCES = Path(__file__).with_name("java")
_TIMEOUT_S = 300.0
CLIENT_TOPIC = "clients"
COMPILER_MAIN = "org.eclipse.jdt.internal.compiler.batch.Main"
JAVA_LEVEL = ("-source", "25", "-target", "25", "-proc:none", "-encoding", "UTF-8")
"""Annotation processors are programs that the compiler would run: none is."""


def program_archives_are_fresh(home: Home) -> bool:
    """Whether each is there, and made from this runtime, these flags and these jars."""
    try:
        there = all((home.kafka / box().archive).is_file() for box in BOXES)
        return there and _stamp_path(home).read_text(encoding="utf-8") == _stamp(home)
    except OSError:
        return False


def build_program_archives(home: Home, install: KafkaInstall, on_progress: OnProgress) -> None:
    """Compile the training, run it against one broker on loopback, and write the archives.

    Takes about 20 CPU seconds, once.

    Raises:
        JudgeError: the training does not compile, the broker did not start, or no archive came.
    """
    (home.kafka / TRAINING_JAR).parent.mkdir(parents=True, exist_ok=True)
    _stamp_path(home).unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="faultline-archive-") as scratch:
        root = Path(scratch)
        with _Broker(root, install) as broker:
            on_progress("Class archives for programs: the compiler")
            _compile_training(home, root)
            on_progress("Class archives for programs: Kafka's tools and clients, on one broker")
            bootstrap = broker.bootstrap_when_ready()
            commands = root / "commands"
            commands.write_text(training_text(bootstrap), encoding="utf-8")
            with ThreadPoolExecutor() as both:
                tools = both.submit(_record, home, tools_box(), ["ToolTraining", str(commands)])
                words = ["ClientTraining", bootstrap, CLIENT_TOPIC]
                both.submit(_record, home, client_box(), words).result()
                tools.result()
    _stamp_path(home).write_text(_stamp(home), encoding="utf-8")
    size = sum((home.kafka / box().archive).stat().st_size for box in BOXES)
    on_progress(f"Class archives for programs: {size / 1e6:.0f} MB")


def _compile_training(home: Home, root: Path) -> None:
    classes, jar = root / "classes", home.kafka / TRAINING_JAR
    sources = sorted(str(path) for path in _SOURCES.glob("*.java"))
    against = tools_box().class_path(str(home.kafka))
    words = [COMPILER_MAIN, *JAVA_LEVEL, "-cp", against, "-d", str(classes), *sources]
    _record(home, compiler_box(), words)
    part = jar.with_suffix(".part")
    with zipfile.ZipFile(part, "w") as packed:
        for path in sorted(classes.rglob("*.class")):
            packed.write(path, path.relative_to(classes))
    part.chmod(0o644)
    part.replace(jar)


def _record(home: Home, box: Toolbox, words: Sequence[str]) -> None:
    """Run one training to its end; the JVM writes the archive when it exits."""
    target = home.kafka / box.archive
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    command = [str(java_path()), *box.flags, f"-XX:AOTCacheOutput={part}"]
    command += ["-cp", box.class_path(str(home.kafka)), *words]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            env={},
            cwd="/",
            timeout=_TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as late:
        raise JudgeError("archive-not-made", f"{words[0]} did not end.") from late
    if done.returncode or not part.is_file():
        said = (done.stdout + done.stderr)[-4000:]
        raise JudgeError("archive-not-made", f"The archive {box.name} was not made.", said)
    part.chmod(0o644)
    part.replace(target)


class _Broker:
    """One broker on loopback, for as long as the block runs."""

    def __init__(self, root: Path, install: KafkaInstall) -> None:
        endpoints, data = free_endpoints(1), root / "data"
        properties = broker_properties(Shape(brokers=1), 1, endpoints, data)
        format_directory(data, random_id(), 1, install.bootstrap)
        path = root / "1.properties"
        path.write_text(properties_text(properties), encoding="utf-8")
        self._cluster = LoopbackCluster(root, {1: install.command(path)})
        self._bootstrap = f"{endpoints[1].host}:{endpoints[1].client_port}"

    def __enter__(self) -> _Broker:
        self._cluster.start_all()
        return self

    def bootstrap_when_ready(self) -> str:
        """Where it listens, once it serves; a topic for the client is there."""
        from judge.inside.clients import admin
        from judge.inside.topics import create_topic
        from judge.kafka.training import in_sync

        client = admin(self._bootstrap)
        self._cluster.until(lambda: in_sync(client, 1), _TIMEOUT_S, "The broker did not start.")
        create_topic(client, CLIENT_TOPIC, [[1], [1], [1]], {})
        return self._bootstrap

    def __exit__(self, *_: object) -> None:
        self._cluster.close()


def _stamp_path(home: Home) -> Path:
    return home.kafka / "archive" / "programs.made-from"


def _stamp(home: Home) -> str:
    """What the JVM compares (runtime, flags, jars' times), and what was run to record it."""
    rows = [runtime_stamp(), training_text("")]
    for make in BOXES:
        box = make()
        rows.append(" ".join(box.flags))
        # Whole seconds, as the JVM does: a container's image keeps no finer times.
        rows += [f"{jar} {int((home.kafka / jar).stat().st_mtime)}" for jar in box.jars]
    rows += [hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(_SOURCES.glob("*.java"))]
    return "\n".join(rows) + "\n"
