"""What every attack runs against: bait on the host, brokers in the sandbox, both watched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from judge.home import Home
from judge.sandbox.link import Sandbox, start_sandbox
from sandboxes.host import HostBait
from sandboxes.programs import run_program
from sandboxes.standins import StandIns


@pytest.fixture(scope="session")
def bait() -> Iterator[HostBait]:
    """Things of value on the host. Set out before the sandbox starts, so it could inherit them."""
    host = HostBait()
    yield host
    host.close()


@pytest.fixture(scope="module")
def sandbox(runtime_home: Home, bait: HostBait) -> Iterator[Sandbox]:
    """A sandbox of this module's own, started by a process that holds secrets."""
    with start_sandbox(runtime_home) as started:
        yield started


@pytest.fixture(scope="module")
def brokers(sandbox: Sandbox) -> Iterator[StandIns]:
    """Three stand-ins for brokers, and one for the tap."""
    servers = StandIns(sandbox)
    yield servers
    servers.close()


@pytest.fixture
def attack(
    sandbox: Sandbox, bait: HostBait, brokers: StandIns
) -> Iterator[Callable[..., dict[str, Any]]]:
    """Runs an attack in the jail; afterwards bait and brokers must be as they were."""

    def run(code: str, **options: Any) -> dict[str, Any]:
        return run_program(sandbox, code, **options)

    yield run
    bait.assert_untouched()
    brokers.assert_alive()
