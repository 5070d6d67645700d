"""Makes jars.lock anew after a change of version: `python -m judge.kafka.lock`."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from judge.kafka.release import ALONE, LOCK_FILE, ROOTS, Jar


def resolve(repository: Path) -> Iterator[Jar]:
    """Resolve the release's roots and hash what they need, downloading into `repository`.

    Takes minutes over a network. The hashes are of what was served just now: read the
    difference before you commit it.
    """
    from jgo.maven import MavenContext, PythonResolver
    from jgo.parse import Coordinate

    context = MavenContext(repo_cache=repository, resolver=PythonResolver())
    inputs: list[Any] = []
    for root in ROOTS:
        dependency = context.create_dependency(Coordinate.parse(root))
        # Else each root is a BOM for the others, and log4j's would bring kafka-clients 3.9.
        dependency.raw = True
        inputs.append(dependency)
    found, transitive = context.resolver.resolve(inputs)
    artifacts = [dependency.artifact for dependency in (*found, *transitive)]
    artifacts += [context.create_dependency(Coordinate.parse(one)).artifact for one in ALONE]
    for artifact in artifacts:
        data = artifact.resolve().read_bytes()
        coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
        yield Jar(coordinate, hashlib.sha256(data).hexdigest(), len(data))


def write_lock(path: Path = LOCK_FILE) -> None:
    """Resolve and write the lock, sorted by coordinate."""
    with tempfile.TemporaryDirectory() as repository:
        jars = sorted(resolve(Path(repository)), key=lambda jar: jar.coordinate)
    lines = [f"{jar.coordinate} {jar.sha256} {jar.size_bytes}\n" for jar in jars]
    path.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    write_lock()
