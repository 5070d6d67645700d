"""Brings Kafka to where brokers can be started: jars, formatter's checkpoint, class archives."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from judge.home import Home
from judge.kafka.archive import archive_is_fresh, build_archive
from judge.kafka.installed import KafkaInstall, load_install
from judge.kafka.jars import PROGRAMS, OnProgress, check_jars, fetch_jars, jar_paths
from judge.kafka.logging import write_logging
from judge.kafka.program_archives import build_program_archives, program_archives_are_fresh
from judge.kafka.storage import BOOTSTRAP_FILE, build_bootstrap


def install_kafka(home: Home, on_progress: OnProgress) -> KafkaInstall:
    """Do what is still to be done, and nothing twice; 0.1 s when nothing is.

    Needs the network for the jars (50 MB) only, and about 40 s for the archives. Safe to break
    off and repeat at any moment, and to call from two processes at once.

    Raises:
        JudgeError: a download failed, a jar is not the locked one, or a broker did not start.
    """
    home.kafka.mkdir(parents=True, exist_ok=True)
    home.kafka.chmod(0o755)
    with _alone(home):
        fetch_jars(home, on_progress)
        check_jars(home)
        fetch_jars(home, on_progress, PROGRAMS)
        check_jars(home, PROGRAMS)
        write_logging(home)
        if not (home.kafka / BOOTSTRAP_FILE).is_file():
            on_progress("Kafka: formatter's checkpoint")
            build_bootstrap(home, ":".join(str(path) for path in jar_paths(home)))
        if not archive_is_fresh(home):
            build_archive(home, load_install(home), on_progress)
        if not program_archives_are_fresh(home):
            build_program_archives(home, load_install(home), on_progress)
    return load_install(home)


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Hold the installation's lock; the kernel lets go of it with the process."""
    with (home.kafka / "install.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
