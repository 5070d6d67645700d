"""The environment is made again when what it is made from changes, and only then."""

import io

import pytest

from launcher import wheels
from launcher.errors import RefusedError
from launcher.lock import blocks
from launcher.project import Project, find_project
from launcher.stages import Stage

LOCK = """\
one==1.0 \\
    --hash=sha256:aa
two==2.0 ; sys_platform == 'win32' \\
    --hash=sha256:bb
"""


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path)
    made.runtime_lock.write_text(LOCK)
    made.test_lock.write_text("three==3.0 \\\n    --hash=sha256:cc\n")
    made.pyproject.write_text("[project]\n")
    made.python.parent.mkdir(parents=True)
    made.python.touch()
    return made


def stamp(project, with_tests):
    digest = wheels.lock_digest(project, with_tests)
    (project.venv / ".faultline-installed").write_text(digest)


def test_it_starts_nothing_when_the_lock_is_installed(project, monkeypatch):
    stamp(project, with_tests=False)
    monkeypatch.setattr(wheels.subprocess, "Popen", None)
    step = Stage("Python packages", io.StringIO())

    wheels.ensure_wheels(project, False, step)

    assert step.result == "there already"


def test_it_installs_again_when_the_lock_changed(project):
    stamp(project, with_tests=False)

    project.runtime_lock.write_text(LOCK + "four==4.0 \\\n    --hash=sha256:dd\n")

    assert not wheels.installed(project, with_tests=False)


def test_it_installs_again_when_the_project_declares_something_else(project):
    stamp(project, with_tests=False)

    project.pyproject.write_text('[project]\nscripts = {judge = "judge.cli:main"}\n')

    assert not wheels.installed(project, with_tests=False)


def test_it_does_not_care_how_the_source_is_checked(project):
    stamp(project, with_tests=False)

    project.pyproject.write_text("[project]\n[tool.ruff]\nline-length = 90\n")

    assert wheels.installed(project, with_tests=False)


def test_it_serves_from_an_environment_that_was_made_for_tests(project):
    stamp(project, with_tests=True)

    assert wheels.installed(project, with_tests=False)


def test_it_does_not_test_in_an_environment_that_was_made_for_serving(project):
    stamp(project, with_tests=False)

    assert not wheels.installed(project, with_tests=True)


def test_it_makes_an_environment_anew_that_stands_elsewhere_now(project, tmp_path):
    stamp(project, with_tests=False)
    tmp_path.rename(moved := tmp_path.with_name("moved"))

    assert not wheels.installed(Project(moved), with_tests=False)


@pytest.mark.parametrize(
    ("output", "problem"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES", "not the one that the lock names"),
        ("ERROR: No space left on device", "is full"),
        ("NewConnectionError: Network is unreachable", "package index did not answer"),
        ("error: command 'gcc' failed", "could not be installed"),
    ],
)
def test_it_says_in_plain_words_why_packages_did_not_come(project, output, problem):
    with pytest.raises(RefusedError, match=problem):
        wheels._refuse(output, project)


def test_it_reads_a_lock_requirement_by_requirement():
    assert list(blocks("# a comment\n" + LOCK)) == ["one", "two"]


def test_it_locks_every_package_of_both_files_once():
    project = find_project()
    runtime = blocks(project.runtime_lock.read_text())
    test = blocks(project.test_lock.read_text())

    assert runtime.keys().isdisjoint(test)
    # Offline builds of the editable install need it, and at the version that pyproject asks for
    assert "setuptools" in runtime
