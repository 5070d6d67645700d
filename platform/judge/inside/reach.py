"""Who can reach whom, tried from where they live: a connection from one namespace to another."""

from __future__ import annotations

import errno
import os
import select
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

from judge.inside.namespaces import current_network_namespace, enter_namespace

CONNECTED, REFUSED, BROKEN, SILENT = "connected", "refused", "broken", "silent"
_STATES = {0: CONNECTED, errno.ECONNREFUSED: REFUSED}


@dataclass(frozen=True, slots=True)
class Trial:
    """A namespace to call from, and the address to call."""

    ns_fd: int
    host: str
    port: int


def socket_in(ns_fd: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
    """A socket that lives in the namespace, for use from anywhere: it stays where it was made."""
    here = current_network_namespace()
    try:
        enter_namespace(ns_fd)
        return socket.socket(socket.AF_INET, kind)
    finally:
        enter_namespace(here)
        os.close(here)


def try_all(trials: Iterable[Trial], timeout_s: float) -> list[str]:
    """What became of each: CONNECTED, REFUSED, or SILENT when nothing came back in time.

    BROKEN is one that was taken and reset at once. All are tried at the same time. The kernel
    of the one who is called answers, so a process that is stopped or busy counts as reached.
    """
    wires = [_begin(trial) for trial in trials]
    found = [SILENT] * len(wires)
    waiting = {wire.fileno(): n for n, wire in enumerate(wires)}
    deadline_s = time.monotonic() + timeout_s
    poll = select.poll()
    for fd in waiting:
        poll.register(fd, select.POLLOUT)
    try:
        while waiting and (left_s := deadline_s - time.monotonic()) > 0:
            for fd, _ in poll.poll(left_s * 1000):
                poll.unregister(fd)
                n = waiting.pop(fd)
                failed = wires[n].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                found[n] = _STATES.get(failed, BROKEN)
    finally:
        for wire in wires:
            wire.close()
    return found


def timed(trial: Trial, timeout_s: float) -> tuple[str, float]:
    """What became of one trial and how many milliseconds that took: a round trip of the link."""
    begun_s = time.monotonic()
    (state,) = try_all([trial], timeout_s)
    return state, round((time.monotonic() - begun_s) * 1000, 3)


def _begin(trial: Trial) -> socket.socket:
    wire = socket_in(trial.ns_fd)
    wire.setblocking(False)
    wire.connect_ex((trial.host, trial.port))
    return wire
