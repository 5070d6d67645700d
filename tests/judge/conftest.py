"""What the engine's tests share: one sandbox for each module that asks, and its programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from judge.home import Home
from judge.sandbox.link import Sandbox, start_sandbox
from judge.sandbox.runtime import build_learner_runtime
from sandboxes.programs import run_program


@pytest.fixture(scope="session")
def runtime_home(home: Home) -> Home:
    """The data directory, with the learner's Python in it."""
    build_learner_runtime(home)
    return home


@pytest.fixture(scope="module")
def sandbox(runtime_home: Home) -> Iterator[Sandbox]:
    """A sandbox without brokers, shared by the tests of a module."""
    with start_sandbox(runtime_home) as started:
        yield started


@pytest.fixture
def jailed(sandbox: Sandbox) -> Callable[..., dict[str, Any]]:
    """Runs Python text in the jail of the module's sandbox."""

    def run(code: str, **options: Any) -> dict[str, Any]:
        return run_program(sandbox, code, **options)

    return run
