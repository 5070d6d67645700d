"""One user id for each live sandbox, so that no two of them are the same user to the kernel."""

from __future__ import annotations

import random
import socket
from pathlib import Path

from judge.errors import SandboxUnavailableError

FIRST_UID, LAST_UID = 200_000, 265_535
"""Above what Debian gives to people (1000–59999) and below its subordinate ids' usual start
after the first user; no account and no file needs to exist for any of them."""

_TRIES = 200


class SandboxUid:
    """A user id that is ours until `release`, or until this process dies.

    The claim is a socket bound to an abstract name: the kernel lets one process on the host have
    it, drops it with the process however that ends, and no file is left behind.
    """

    def __init__(self, number: int, claim: socket.socket) -> None:
        self.number, self._claim = number, claim

    def release(self) -> None:
        """Let others have the id. Only once the sandbox that ran as it is gone."""
        self._claim.close()


def claim_uid() -> SandboxUid:
    """Claim a user id that no other sandbox and no process of this host has.

    Raises:
        SandboxUnavailableError: none of many tries was free.
    """
    busy = _uids_in_use()
    for _ in range(_TRIES):
        number = random.randint(FIRST_UID, LAST_UID)  # noqa: S311 - need not be unguessable
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0faultline-sandbox-uid-{number}")
        except OSError:
            claim.close()
            continue
        # A sandbox whose owner was just killed may need some milliseconds to die.
        if number not in busy:
            return SandboxUid(number, claim)
        claim.close()
    raise SandboxUnavailableError("no-free-uid", "No free user id was found for a sandbox.")


def _uids_in_use() -> set[int]:
    in_use = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                in_use.add(entry.stat().st_uid)
            except OSError:
                continue  # ended while we looked
    return in_use
