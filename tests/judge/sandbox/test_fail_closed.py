"""No jail, no run: what is missing is named, with its remedy, and nothing is started."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

from judge.errors import SandboxUnavailableError
from judge.home import Home
from judge.sandbox import programs
from judge.sandbox.link import start_sandbox

TRY = """
import sys
from judge.errors import JudgeError
from judge.home import find_home
from judge.sandbox.link import start_sandbox
try:
    start_sandbox(find_home(sys.argv[1]))
    print("STARTED")
except JudgeError as error:
    print(type(error).__name__, error.code, error)
"""

FORBID = """
import errno, pyseccomp
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in {calls!r}:
    rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
rules.load()
"""


def attempt(home: Home, before: str = "", prefix: list[str] | None = None) -> str:
    """Try to start a sandbox in a process of its own, in which `before` is run first."""
    done = subprocess.run(
        [*(prefix or []), sys.executable, "-c", textwrap.dedent(before) + TRY, str(home.path)],
        capture_output=True,
        text=True,
        timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    return done.stdout + done.stderr


@pytest.mark.parametrize("program", ["bwrap", "nft", "ip"])
def test_it_names_a_missing_program_and_its_package(
    home: Home, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    monkeypatch.setitem(programs.PACKAGES, f"no-such-{program}", f"package-of-{program}")

    with pytest.raises(SandboxUnavailableError) as refused:
        start_sandbox(home)

    assert refused.value.code == "programs-missing"
    assert f"sudo apt-get install package-of-{program}" in refused.value.message


@pytest.mark.parametrize("calls", [["unshare"], ["mount"], ["pivot_root"]], ids=str)
def test_it_does_not_start_where_namespaces_are_forbidden(home: Home, calls: list[str]) -> None:
    forbid = FORBID.format(calls=calls)
    if "unshare" in calls:
        forbid = forbid.replace(
            "rules.load()",
            "rules.add_rule(pyseccomp.ERRNO(errno.EPERM), 'clone',"
            " pyseccomp.Arg(0, pyseccomp.MASKED_EQ, 0x10000000, 0x10000000))\nrules.load()",
        )

    said = attempt(home, forbid)

    assert "SandboxUnavailableError sandbox-did-not-start" in said
    assert "judge doctor" in said
    assert "STARTED" not in said


def test_it_does_not_start_without_the_filter(home: Home) -> None:
    # The supervisor's own Python finds the library by the linker's index; here it is empty.
    code = """
    import judge.sandbox.spawn as spawn
    whole = spawn._outer_jail
    def lacking(home):
        words = whole(home)
        words[words.index("/etc/ld.so.cache")] = "/dev/null"
        return words
    spawn._outer_jail = lacking
    """

    said = attempt(home, code)

    assert "SandboxUnavailableError seccomp-missing" in said
    assert "libseccomp2" in said


def test_it_does_not_run_a_program_without_its_runtime(tmp_path: object, home: Home) -> None:
    from pathlib import Path

    from judge.errors import JudgeError
    from sandboxes.programs import run_program

    empty = Home(Path("/var/tmp/faultline-no-such-home"))
    with start_sandbox(empty) as sandbox, pytest.raises(JudgeError) as refused:
        run_program(sandbox, "print('ran')")

    assert refused.value.code == "learner-runtime-missing"
