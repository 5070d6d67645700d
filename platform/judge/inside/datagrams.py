"""Test packets between our side and a node, counted where they arrive: nothing sends them again."""

from __future__ import annotations

import socket
from contextlib import suppress

from judge.inside.network import PLATFORM_IP, Network, broker_ip
from judge.inside.reach import socket_in

AT_ONCE = 50
"""No more than what a socket's buffer holds, or the receiver would lose some itself."""

LAST_S = 0.2
"""How long the last ones may take; on one machine they are there at once."""


def arrived_each_way(network: Network, node: int, count: int) -> tuple[int, int]:
    """How many of `count` packets arrive at the node, and how many of as many come from it."""
    ours, its = (network.platform_ns, PLATFORM_IP), (network.ns_of(node), broker_ip(node))
    return _arrived(ours, its, count), _arrived(its, ours, count)


def _arrived(sender: tuple[int, str], taker: tuple[int, str], count: int) -> int:
    arrived = 0
    with (
        socket_in(taker[0], socket.SOCK_DGRAM) as ear,
        socket_in(sender[0], socket.SOCK_DGRAM) as mouth,
    ):
        ear.bind((taker[1], 0))
        mouth.connect(ear.getsockname())
        for begin in range(0, count, AT_ONCE):
            for _ in range(begin, min(begin + AT_ONCE, count)):
                mouth.send(b"?")
            last = begin + AT_ONCE >= count
            arrived += _drained(ear, LAST_S if last else 0.0)
    return arrived


def _drained(ear: socket.socket, wait_s: float) -> int:
    found = 0
    ear.settimeout(wait_s)
    with suppress(BlockingIOError, TimeoutError):
        while ear.recv(1):
            found += 1
    return found
