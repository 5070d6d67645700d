"""Fetches locked jars once, and refuses a missing, changed or additional one by its name."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.release import Jar, locked_jars, program_jars

OnProgress = Callable[[str], None]
"""Receives one line of text for a person, e.g. `Kafka jars: 12 of 46, 20 of 46 MB`."""

TRIES = 4
HTTP_TIMEOUT_S = 30
REMEDY = "Remove the `kafka` directory of the data directory and run `./faultline up` again."

_checked: dict[Path, tuple[tuple[str, int, int, int, int], ...]] = {}


@dataclass(frozen=True, slots=True)
class JarSet:
    """Jars that lie in a folder of their own, with nothing beside them.

    Attributes:
        title: how a person knows them.
        folder: the folder's name in the `kafka` directory.
        jars: what their lock says, in the lock's order.
    """

    title: str
    folder: str
    jars: Callable[[], tuple[Jar, ...]]

    def directory(self, home: Home) -> Path:
        """Where they lie."""
        return home.kafka / self.folder

    def paths(self, home: Home) -> tuple[Path, ...]:
        """Each of them, in the lock's order. Does not look whether the files are there."""
        return tuple(self.directory(home) / jar.file_name for jar in self.jars())


RELEASE = JarSet("Kafka jars", "jars", locked_jars)
PROGRAMS = JarSet("Program jars", "program-jars", program_jars)
"""Apart from the release's: whatever lies there is on a broker's classpath."""


def jars_directory(home: Home) -> Path:
    """Where the release's jars lie; holds them and nothing else."""
    return RELEASE.directory(home)


def jar_paths(home: Home) -> tuple[Path, ...]:
    """The brokers' classpath, in the lock's order."""
    return RELEASE.paths(home)


def fetch_jars(home: Home, on_progress: OnProgress, of: JarSet = RELEASE) -> None:
    """Download what is missing, verify every SHA-256, and put the whole set in place at once.

    Takes up where a broken download stopped: a jar that verifies is kept. The directory is
    renamed into place, so there is never a half-filled one under the final name.

    Raises:
        JudgeError: "jar-download-failed" (no network, a name not served) or "jar-tampered"
            (what was served has another SHA-256), naming the jar.
    """
    directory = of.directory(home)
    if _is_complete(directory, of):
        return
    part = home.kafka / f"{of.folder}.part"
    part.mkdir(parents=True, exist_ok=True)
    repository = home.kafka / "repository.part"
    _fetch_all(part, repository, on_progress, of)
    _drop_strangers(part, of)
    part.chmod(0o755)
    shutil.rmtree(directory, ignore_errors=True)
    part.rename(directory)
    shutil.rmtree(repository, ignore_errors=True)


def check_jars(home: Home, of: JarSet = RELEASE) -> None:
    """Make sure that exactly the locked jars lie there, byte for byte.

    45 MB are hashed the first time in a process (about 0.1 s) and again only when a file's
    inode, size or time of change differs.

    Raises:
        JudgeError: "jar-missing", "jar-tampered" or "jar-unknown", naming the jar.
    """
    directory = of.directory(home)
    seen = _fingerprint(directory)
    if _checked.get(directory) == seen:
        return
    names = {row[0] for row in seen}
    for jar in of.jars():
        if jar.file_name not in names:
            raise JudgeError("jar-missing", f"{directory / jar.file_name} is missing. {REMEDY}")
        if _sha256(directory / jar.file_name) != jar.sha256:
            raise JudgeError(
                "jar-tampered",
                f"{directory / jar.file_name} is not the jar of {jar.coordinate}: its SHA-256"
                f" differs from the locked one. Kafka is not started with it. {REMEDY}",
            )
    strangers = sorted(names - {jar.file_name for jar in of.jars()})
    if strangers:
        raise JudgeError(
            "jar-unknown",
            f"{directory / strangers[0]} does not belong to this release. Kafka is not started"
            f" beside it. {REMEDY}",
        )
    _checked[directory] = seen


def _is_complete(directory: Path, of: JarSet) -> bool:
    sizes = {jar.file_name: jar.size_bytes for jar in of.jars()}
    try:
        return {entry.name: entry.stat().st_size for entry in directory.iterdir()} == sizes
    except FileNotFoundError:
        return False


def _fetch_all(part: Path, repository: Path, on_progress: OnProgress, of: JarSet) -> None:
    jars = of.jars()
    total_mb = sum(jar.size_bytes for jar in jars) / 1e6
    done_bytes = 0
    for number, jar in enumerate(jars, 1):
        target = part / jar.file_name
        if not (target.exists() and _sha256(target) == jar.sha256):
            _fetch_one(jar, target, repository)
        done_bytes += jar.size_bytes
        on_progress(
            f"{of.title}: {number} of {len(jars)}, {done_bytes / 1e6:.0f} of {total_mb:.0f} MB"
        )


def _fetch_one(jar: Jar, target: Path, repository: Path) -> None:
    problem: Exception | None = None
    for attempt in range(TRIES):
        if attempt:
            time.sleep(2**attempt)  # a refused or broken connection; a shorter wait only adds load
        shutil.rmtree(repository, ignore_errors=True)
        try:
            fetched = _artifact(jar, repository).resolve()
        except Exception as raised:  # jgo lets requests' errors and its own out
            problem = raised
            continue
        if _sha256(fetched) == jar.sha256:
            fetched.chmod(0o644)
            fetched.replace(target)
            return
        problem = None
    if problem is None:
        raise JudgeError(
            "jar-tampered",
            f"{jar.coordinate} was served with another SHA-256 than the locked one. Nothing was"
            " installed. Try again from another network.",
        )
    raise JudgeError(
        "jar-download-failed",
        f"{jar.coordinate} could not be downloaded. Check the network (proxy settings are taken"
        " from the environment) and run the same command again: it goes on where it stopped.",
        str(problem)[:2000],
    )


def _artifact(jar: Jar, repository: Path) -> Any:
    from jgo.maven import MavenContext, PythonResolver

    group, name, version = jar.coordinate.split(":")
    # No local repository: a jar that some other project left in ~/.m2 is none of our business.
    context = MavenContext(
        resolver=PythonResolver(), repo_cache=repository, local_repos=[], timeout=HTTP_TIMEOUT_S
    )
    return context.project(group, name).at_version(version).artifact()


def _drop_strangers(part: Path, of: JarSet) -> None:
    known = {jar.file_name for jar in of.jars()}
    for entry in part.iterdir():
        if entry.name not in known:
            entry.unlink()


def _fingerprint(directory: Path) -> tuple[tuple[str, int, int, int, int], ...]:
    rows = []
    try:
        entries: Iterable[Path] = sorted(directory.iterdir())
    except FileNotFoundError:
        entries = ()
    for entry in entries:
        stat = entry.stat()
        rows.append((entry.name, stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns))
    return tuple(rows)


def _sha256(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
