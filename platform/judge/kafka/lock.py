"""Makes both locks of jars anew after a change of version: `python -m judge.kafka.lock`."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from judge.kafka.release import ALONE, LOCK_FILE, PROGRAM_LOCK_FILE, PROGRAM_ROOTS, ROOTS, Jar


def resolve(repository: Path) -> Iterator[Jar]:
    """Resolve the release's roots and hash what they need, downloading into `repository`.

    Takes minutes over a network. The hashes are of what was served just now: read the
    difference before you commit it.
    """
    from jgo.parse import Coordinate

    context = _context(repository)
    inputs: list[Any] = []
    for root in ROOTS:
        dependency = context.create_dependency(Coordinate.parse(root))
        # Else each root is a BOM for the others, and log4j's would bring kafka-clients 3.9.
        dependency.raw = True
        inputs.append(dependency)
    found, transitive = context.resolver.resolve(inputs)
    yield from map(_hashed, (dependency.artifact for dependency in (*found, *transitive)))
    yield from alone(repository, ALONE)


def alone(repository: Path, coordinates: Sequence[str]) -> Iterator[Jar]:
    """Hash just these, without what they depend on."""
    from jgo.parse import Coordinate

    context = _context(repository)
    for coordinate in coordinates:
        yield _hashed(context.create_dependency(Coordinate.parse(coordinate)).artifact)


def write_locks(release: Path = LOCK_FILE, programs: Path = PROGRAM_LOCK_FILE) -> None:
    """Resolve and write both locks, sorted by coordinate."""
    with tempfile.TemporaryDirectory() as repository:
        _write(release, resolve(Path(repository)))
        _write(programs, alone(Path(repository), PROGRAM_ROOTS))


def _context(repository: Path) -> Any:
    from jgo.maven import MavenContext, PythonResolver

    return MavenContext(repo_cache=repository, resolver=PythonResolver())


def _hashed(artifact: Any) -> Jar:
    data = artifact.resolve().read_bytes()
    coordinate = f"{artifact.groupId}:{artifact.artifactId}:{artifact.version}"
    return Jar(coordinate, hashlib.sha256(data).hexdigest(), len(data))


def _write(path: Path, jars: Iterable[Jar]) -> None:
    lines = [
        f"{jar.coordinate} {jar.sha256} {jar.size_bytes}\n"
        for jar in sorted(jars, key=lambda jar: jar.coordinate)
    ]
    path.write_text("".join(lines), encoding="ascii")


if __name__ == "__main__":
    write_locks()
