"""Who can reach whom, tried from where they live: a connection from one namespace to another."""

from __future__ import annotations

import os
import select
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass

from judge.inside.namespaces import current_network_namespace, enter_namespace

CONNECTED, REFUSED, SILENT = "connected", "refused", "silent"


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

    All are tried at once. The kernel of the one who is called answers, so a process that is
    stopped or busy counts as reached.
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
                found[n] = REFUSED if failed else CONNECTED
    finally:
        for wire in wires:
            wire.close()
    return found


def _begin(trial: Trial) -> socket.socket:
    wire = socket_in(trial.ns_fd)
    wire.setblocking(False)
    wire.connect_ex((trial.host, trial.port))
    return wire
