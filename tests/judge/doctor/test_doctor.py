"""`judge doctor` finds what a machine lacks, and says what to do about it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from judge.doctor import Check, examination, examine, privileges, resources, userns
from judge.doctor import sandbox as sandbox_check
from judge.doctor.kafka import check_program_archives
from judge.doctor.privileges import check_user
from judge.doctor.programs import check_bubblewrap, check_programs
from judge.doctor.resources import check_disk, check_memory
from judge.doctor.runtime import check_runtime
from judge.doctor.sandbox import check_sandbox
from judge.doctor.seccomp import check_seccomp
from judge.doctor.userns import check_userns
from judge.errors import SandboxUnavailableError
from judge.home import Home
from judge.sandbox import programs

NOWHERE = Home(Path("/var/tmp/faultline-no-such-home"))


@pytest.mark.parametrize(
    "check",
    [check_user, check_bubblewrap, check_programs, check_seccomp, check_userns, check_sandbox],
)
def test_it_finds_this_machine_fit_for_sandboxes(check: object) -> None:
    found = check(NOWHERE)  # type: ignore[operator]

    assert found.ok, found


def test_it_names_every_check_once_and_a_remedy_for_what_failed() -> None:
    found = examine(NOWHERE)

    assert len({check.name for check in found}) == len(found) == 13
    assert all(check.remedy for check in found if not check.ok)
    assert not any(check.remedy for check in found if check.ok)
    assert {"learner's Python", "Kafka's jars"} <= {c.name for c in found if not c.ok}


def test_it_goes_on_after_a_check_that_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    def check_moon(_home: Home) -> Check:
        raise ValueError("no moon")

    monkeypatch.setattr(examination, "CHECKS", (check_moon, check_bubblewrap))

    found = examine(NOWHERE)

    assert [check.ok for check in found] == [False, True]
    assert found[0].detail == "ValueError: no moon"


def test_it_names_a_missing_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(programs.PACKAGES, "no-such-tool", "toolbox")

    found = check_programs(NOWHERE)

    assert found == Check(
        "programs", False, "missing: no-such-tool", "sudo apt-get install toolbox"
    )


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("network-failed", "modprobe -a veth bridge"),
        ("cut-failed", "modprobe nf_tables"),
        ("files-not-readable", "chmod -R o+rX /somewhere"),
        ("sandbox-did-not-start", "the checks above"),
    ],
)
def test_it_knows_the_remedy_of_a_sandbox_that_does_not_start(
    monkeypatch: pytest.MonkeyPatch, code: str, words: str
) -> None:
    def refuse(_home: Home) -> None:
        raise SandboxUnavailableError(code, "It cannot. Run: chmod -R o+rX /somewhere")

    monkeypatch.setattr(sandbox_check, "start_sandbox", refuse)

    found = check_sandbox(NOWHERE)

    assert not found.ok
    assert words in found.remedy


def test_it_asks_for_the_learners_python(runtime_home: Home) -> None:
    assert check_runtime(runtime_home).ok
    assert check_runtime(NOWHERE).remedy == "Run `./faultline up` once."


def test_it_asks_for_what_java_programs_and_runbooks_start_from() -> None:
    found = check_program_archives(NOWHERE)

    assert not found.ok
    assert found.remedy == "Run `./faultline up` once."


def test_it_tells_how_much_room_is_lacking(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "NEEDED_MEMORY_BYTES", 1 << 60)
    monkeypatch.setattr(resources, "NEEDED_DISK_BYTES", 1 << 60)

    memory, disk = check_memory(NOWHERE), check_disk(NOWHERE)

    assert not memory.ok
    assert not disk.ok
    assert "--data DIR" in disk.remedy


@pytest.mark.skipif(os.geteuid() != 0, reason="is about root")
def test_it_refuses_root_in_a_container_whose_kernel_files_are_open(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(privileges, "in_container", lambda: True)
    monkeypatch.setattr(privileges, "_rules_the_machine", lambda: False)
    monkeypatch.setattr(privileges, "_CORE_PATTERN", str(tmp_path))

    found = check_user(NOWHERE)

    assert not found.ok
    assert "10001:10001" in found.remedy


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "AppArmor"),
        ("kernel/unprivileged_userns_clone", "0", "kernel.unprivileged_userns_clone=1"),
        ("user/max_user_namespaces", "0", "user.max_user_namespaces=10000"),
    ],
)
def test_it_names_the_setting_that_forbids_namespaces(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setattr(userns, "_sysctl", {name: value}.get)

    assert words in userns._remedy()
