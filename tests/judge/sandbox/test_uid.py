"""Every sandbox is a user of its own to the kernel."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from judge.errors import SandboxUnavailableError
from judge.home import Home
from judge.sandbox import uid
from judge.sandbox.link import start_sandbox
from judge.sandbox.uid import FIRST_UID, LAST_UID, claim_uid

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become others")


def test_it_never_gives_one_id_to_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uid, "FIRST_UID", 265_526)

    claims = [claim_uid() for _ in range(5)]

    assert len({claim.number for claim in claims}) == 5
    for claim in claims:
        claim.release()


def test_it_gives_an_id_again_once_it_was_released(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uid, "FIRST_UID", LAST_UID)

    first = claim_uid()
    with pytest.raises(SandboxUnavailableError):
        claim_uid()
    first.release()

    second = claim_uid()
    assert second.number == first.number == LAST_UID
    second.release()


@as_root
def test_it_passes_by_an_id_that_some_process_has(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uid, "FIRST_UID", LAST_UID)
    monkeypatch.setattr(uid, "_uids_in_use", lambda: {LAST_UID})

    with pytest.raises(SandboxUnavailableError, match="No free user id"):
        claim_uid()


@as_root
def test_it_runs_each_sandbox_as_a_user_of_its_own(runtime_home: Home) -> None:
    with start_sandbox(runtime_home) as one, start_sandbox(runtime_home) as two:
        uids = [Path(f"/proc/{box.first_pid}").stat().st_uid for box in (one, two)]

    assert uids[0] != uids[1]
    assert all(FIRST_UID <= number <= LAST_UID for number in uids)


@pytest.mark.skipif(os.geteuid() == 0, reason="root drops its rights")
def test_it_runs_as_the_caller_who_is_not_root(runtime_home: Home) -> None:
    with start_sandbox(runtime_home) as sandbox:
        assert Path(f"/proc/{sandbox.first_pid}").stat().st_uid == os.geteuid()
