"""What Kafka's formatter writes, written directly: a JVM less per broker and start."""

from __future__ import annotations

import base64
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.runtime import FORMAT_FLAGS, java_path
from judge.kafka.settings import Endpoint, broker_properties, properties_text
from judge.kafka.shape import Shape

BOOTSTRAP_FILE = "bootstrap.checkpoint"


def random_id() -> str:
    """A Kafka uuid: 22 characters of URL-safe base64, never beginning with a dash."""
    while True:
        text = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii").rstrip("=")
        if not text.startswith("-"):  # Kafka's own tools take such an id for an option
            return text


def meta_properties(cluster_id: str, directory_id: str, node_id: int) -> str:
    """The meta.properties of a formatted data directory, version 1."""
    return f"cluster.id={cluster_id}\ndirectory.id={directory_id}\nnode.id={node_id}\nversion=1\n"


def format_directory(data_dir: Path, cluster_id: str, node_id: int, bootstrap: Path) -> None:
    """Make `data_dir` what `kafka-storage.sh format` would have made it, in under 1 ms."""
    data_dir.mkdir(parents=True, exist_ok=True)
    text = meta_properties(cluster_id, random_id(), node_id)
    (data_dir / "meta.properties").write_text(text, encoding="ascii")
    shutil.copyfile(bootstrap, data_dir / BOOTSTRAP_FILE)


def build_bootstrap(home: Home, classpath: str) -> Path:
    """Run Kafka's formatter once and keep the bootstrap checkpoint that it wrote (about 1 s).

    It holds the feature levels of the release and nothing of one cluster, so every cluster
    begins with a copy of it.

    Raises:
        JudgeError: "kafka-format-failed", with what the formatter printed.
    """
    kept = home.kafka / BOOTSTRAP_FILE
    with tempfile.TemporaryDirectory(dir=home.kafka) as scratch:
        data_dir = Path(scratch) / "data"
        properties = Path(scratch) / "server.properties"
        one = broker_properties(Shape(brokers=1), 1, {1: Endpoint("127.0.0.1")}, data_dir)
        properties.write_text(properties_text(one), encoding="utf-8")
        run_formatter(classpath, random_id(), properties)
        made = data_dir / BOOTSTRAP_FILE
        made.chmod(0o644)
        made.replace(kept)
    return kept


def run_formatter(
    classpath: str, cluster_id: str, properties: Path, flags: tuple[str, ...] = FORMAT_FLAGS
) -> None:
    """Run `kafka-storage.sh format` as the script would, without the script.

    Raises:
        JudgeError: "kafka-format-failed", with what the formatter printed.
    """
    tool = [str(java_path()), *flags, "-cp", classpath, "kafka.tools.StorageTool"]
    done = subprocess.run(
        [*tool, "format", "-t", cluster_id, "-c", str(properties)],
        capture_output=True,
        text=True,
        timeout=120,
        env={},
        check=False,
    )
    if done.returncode != 0:
        raise JudgeError(
            "kafka-format-failed",
            f"Kafka's formatter ended with {done.returncode}.",
            (done.stdout + done.stderr)[-4000:],
        )
