"""Runs every check in the order in which one failure explains the next."""

from __future__ import annotations

from collections.abc import Callable

from judge.doctor.check import Check, failed
from judge.doctor.kafka import (
    check_archive,
    check_jars_intact,
    check_java,
    check_program_archives,
)
from judge.doctor.privileges import check_user
from judge.doctor.programs import check_bubblewrap, check_programs
from judge.doctor.resources import check_disk, check_memory
from judge.doctor.runtime import check_runtime
from judge.doctor.sandbox import check_sandbox
from judge.doctor.seccomp import check_seccomp
from judge.doctor.userns import check_userns
from judge.home import Home

CHECKS: tuple[Callable[[Home], Check], ...] = (
    check_user,
    check_bubblewrap,
    check_programs,
    check_seccomp,
    check_userns,
    check_sandbox,
    check_runtime,
    check_java,
    check_jars_intact,
    check_archive,
    check_program_archives,
    check_memory,
    check_disk,
)


def examine(home: Home) -> list[Check]:
    """Look at everything a run needs. Takes about a second; changes and keeps nothing."""
    return [_guarded(check, home) for check in CHECKS]


def _guarded(check: Callable[[Home], Check], home: Home) -> Check:
    try:
        return check(home)
    except Exception as error:  # a check that breaks must not hide the others
        name = check.__name__.removeprefix("check_").replace("_", " ")
        return failed(name, f"{type(error).__name__}: {error}", "Report this as a bug.")
