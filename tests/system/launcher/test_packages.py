"""System packages: what is missing is named, and the command to get it is exact."""

import io

import pytest

from launcher import packages
from launcher.errors import RefusedError
from launcher.packages import Need, ensure_packages, install_command, missing
from launcher.stages import Stage

THERE = Need("coreutils", "sh", "runs scripts")
ABSENT = Need("no-such-package", "no-such-command", "does wonders")


@pytest.fixture
def step():
    return Stage("system packages", io.StringIO())


def test_it_finds_a_command_a_file_and_a_module():
    needs = (THERE, Need("a", "/usr/bin/e*v", "a file"), Need("b", "import venv", "a module"))

    assert missing(needs) == []


def test_it_installs_nothing_when_nothing_is_missing(step):
    ensure_packages((THERE,), step)

    assert step.result == "there already"


def test_it_names_the_exact_command_to_a_user_who_may_not_install(step, monkeypatch):
    monkeypatch.setattr(packages.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(packages, "_may_sudo", lambda: False)

    with pytest.raises(RefusedError) as refused:
        ensure_packages((THERE, ABSENT), step)

    # It should ask for what is missing and nothing else
    assert install_command([ABSENT], as_root=False) in refused.value.remedy
    assert "coreutils" not in str(refused.value)
    assert "does wonders" in refused.value.problem


def test_it_needs_no_sudo_in_the_command_for_root():
    assert "sudo" not in install_command([ABSENT], as_root=True)


def test_it_says_what_to_look_for_where_there_is_no_apt(step, monkeypatch):
    monkeypatch.setattr(packages.shutil, "which", lambda *_a, **_k: None)

    with pytest.raises(RefusedError, match="has no apt-get"):
        ensure_packages((ABSENT,), step)
