"""Checks for Kafka itself: the Java runtime, untouched jars, the archive that makes it quick."""

from __future__ import annotations

import subprocess

from judge.doctor.check import Check, failed, passed
from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.archive import archive_is_fresh, archive_path
from judge.kafka.jars import PROGRAMS, check_jars
from judge.kafka.program_archives import program_archives_are_fresh
from judge.kafka.runtime import java_path

_SET_UP = "Run `./faultline up` once."


def check_java(_home: Home) -> Check:
    """The bundled Java runtime is there and runs."""
    try:
        java = java_path()
        said = subprocess.run(
            [str(java), "-Xshare:auto", "--version"], capture_output=True, text=True, timeout=60
        )
    except (JudgeError, OSError, subprocess.TimeoutExpired) as error:
        return failed("Java", str(error), _SET_UP)
    if said.returncode:
        return failed("Java", (said.stderr or said.stdout)[-300:], _SET_UP)
    return passed("Java", said.stdout.splitlines()[0])


def check_jars_intact(home: Home) -> Check:
    """Every jar is there and has the hash that the lock says."""
    try:
        check_jars(home)
        check_jars(home, PROGRAMS)
    except JudgeError as error:
        remedy = "Remove the file and run `./faultline up`: it is fetched anew and checked."
        return failed("Kafka's jars", error.message, remedy)
    return passed("Kafka's jars", "all there, all hashes as locked")


def check_archive(home: Home) -> Check:
    """The class archive is there and fits; without it a cluster starts in 4 s instead of 2."""
    path = archive_path(home)
    if not path.is_file():
        return failed("class archive", f"not there: {path}", _SET_UP)
    if not archive_is_fresh(home):
        return failed("class archive", "made from other jars or another Java", _SET_UP)
    return passed("class archive", f"{path.stat().st_size >> 20} MB")


def check_program_archives(home: Home) -> Check:
    """What learner's JVMs start from is there; a runbook or a Java program cannot run without."""
    if not program_archives_are_fresh(home):
        return failed("archives for programs", "not there, or made from other jars", _SET_UP)
    return passed("archives for programs", "tools, client, compiler")
