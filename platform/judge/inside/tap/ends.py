"""The two ends of a connection: what each may send at once, and when it must wait."""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from typing import Literal

from judge.inside.tap.lanes import MOST_LANE_BYTES, Lane
from judge.inside.tap.outlet import Outlet

PAUSE_BYTES = 1 << 20
"""Queued towards one end: from here on the other is not read until it has drained."""


class End:
    """One socket of the pair, and the way to it."""

    def __init__(
        self, side: Literal["program", "broker"], sock: socket.socket, now_s: Callable[[], float]
    ) -> None:
        self.side, self.sock = side, sock
        self.outlet = Outlet(sock)
        self.lane = Lane(self.outlet, now_s)
        self.ended = False
        """Its peer has said that nothing more will come."""
        self.read_bytes = 0
        """Bytes that came from it."""
        self.timed = False
        """Its lane will be looked at again in time."""

    @property
    def queued_bytes(self) -> int:
        """What is still on its way to it."""
        return self.lane.queued_bytes + self.outlet.queued_bytes

    @property
    def has_room(self) -> bool:
        """Whether more may be queued for it."""
        return (
            self.outlet.queued_bytes < PAUSE_BYTES and self.lane.queued_bytes < MOST_LANE_BYTES
        )

    def mask(self, *, read: bool) -> int:
        """The epoll mask wanted for its socket."""
        write = select.EPOLLOUT if self.outlet.queued_bytes else 0
        return (select.EPOLLIN if read else 0) | write
