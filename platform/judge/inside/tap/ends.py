"""The two ends of a connection: what each may send at once, and when it must wait."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from judge.inside.tap.frames import FrameSplitter
from judge.inside.tap.outlet import Outlet

MOST_REQUEST_BYTES = 8 << 20
"""Clients send at most 1 MB by default; Kafka itself would take 100 MB."""

MOST_RESPONSE_BYTES = 128 << 20
"""Brokers answer a fetch with at most 55 MB, and one batch more; those are streamed."""

LEAST_REQUEST_BYTES, LEAST_RESPONSE_BYTES = 8, 4
"""API, version and correlation id; correlation id alone."""

PAUSE_BYTES = 1 << 20
"""Queued towards one end: from here on the other is not read until it has drained."""


@dataclass(slots=True)
class End:
    """One socket of the pair."""

    side: Literal["program", "broker"]
    sock: socket.socket
    splitter: FrameSplitter
    outlet: Outlet
    ended: bool = False
    """Its peer has said that nothing more will come."""

    @property
    def held_bytes(self) -> int:
        """An unfinished frame from it, and what is queued for it."""
        return self.splitter.held_bytes + self.outlet.queued_bytes

    @property
    def has_room(self) -> bool:
        """Whether more may be queued for it."""
        return self.outlet.queued_bytes < PAUSE_BYTES

    def mask(self, *, read: bool) -> int:
        """The epoll mask wanted for its socket."""
        write = select.EPOLLOUT if self.outlet.queued_bytes else 0
        return (select.EPOLLIN if read else 0) | write


def program_end(sock: socket.socket) -> End:
    """The end that sends requests. All of them are collected whole: none may pass unseen."""
    return End(
        "program", sock, FrameSplitter(LEAST_REQUEST_BYTES, MOST_REQUEST_BYTES), Outlet(sock)
    )


def broker_end(sock: socket.socket, whole: Callable[[int], bool]) -> End:
    """The end that sends responses; `whole` says which of them must be collected."""
    splitter = FrameSplitter(LEAST_RESPONSE_BYTES, MOST_RESPONSE_BYTES, whole)
    return End("broker", sock, splitter, Outlet(sock))
