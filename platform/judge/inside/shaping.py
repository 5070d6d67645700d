"""The bandwidth of a node's link: a token bucket at each end, and what really comes through."""

from __future__ import annotations

import socket
import subprocess
import threading
import time
from contextlib import suppress

from judge.errors import JudgeError
from judge.inside.namespaces import entering
from judge.inside.network import PLATFORM_IP, Network, broker_ip
from judge.inside.reach import socket_in

BURST_BYTES = 16 << 10
"""Passes at full speed before the rate holds; must be larger than one packet."""

QUEUE_MS = 400
"""How long a packet may wait in the queue. A shorter one drops so much that TCP never settles."""

_CHUNK = bytes(8 << 10)


def limit_rate(network: Network, node: int, kbit_per_s: int) -> None:
    """Let so much through to the node, and so much from it. Raises JudgeError "shaping-failed"."""
    shape = f"tbf rate {kbit_per_s}kbit burst {BURST_BYTES} latency {QUEUE_MS}ms"
    for ns_fd, device in _ends(network, node):
        _tc(ns_fd, f"qdisc replace dev {device} root {shape}")


def unlimit_rate(network: Network, node: int) -> None:
    """Take both buckets away. Raises JudgeError "shaping-failed"."""
    for ns_fd, device in _ends(network, node):
        _tc(ns_fd, f"qdisc del dev {device} root")


def throughput_kbit_per_s(
    network: Network, node: int, size_bytes: int, timeout_s: float
) -> tuple[float, float]:
    """To the node from our side, and back: of so many bytes on a connection of their own.

    Other traffic takes its share, so the link may carry more than this but never less.
    Raises JudgeError "shaping-failed" when they did not all arrive in time.
    """
    ours, its = (network.platform_ns, PLATFORM_IP), (network.ns_of(node), broker_ip(node))
    return tuple(  # type: ignore[return-value]
        _measure(sender, taker, size_bytes, timeout_s)
        for sender, taker in ((ours, its), (its, ours))
    )


def _measure(
    sender: tuple[int, str], taker: tuple[int, str], size_bytes: int, timeout_s: float
) -> float:
    with socket_in(taker[0]) as ear, socket_in(sender[0]) as mouth:
        ear.bind((taker[1], 0))
        ear.listen(1)
        for end in (ear, mouth):
            end.settimeout(timeout_s)
        mouth.connect(ear.getsockname())
        wire, _ = ear.accept()
        thread = threading.Thread(target=_send, args=(mouth, size_bytes), daemon=True)
        begun_s = time.monotonic()
        with wire:
            wire.settimeout(timeout_s)
            thread.start()
            arrived = _receive(wire, size_bytes)
        took_s = time.monotonic() - begun_s
        thread.join(timeout_s)
    if arrived < size_bytes:
        text = f"{arrived} of {size_bytes} bytes arrived within {timeout_s:g} s"
        raise JudgeError("shaping-failed", text)
    return round(arrived * 8 / 1000 / took_s, 1)


def _send(wire: socket.socket, size_bytes: int) -> None:
    with suppress(OSError):  # the taker has given up; it says how much arrived
        for _ in range(-(-size_bytes // len(_CHUNK))):
            wire.sendall(_CHUNK)


def _receive(wire: socket.socket, size_bytes: int) -> int:
    arrived = 0
    with suppress(TimeoutError):
        while arrived < size_bytes and (data := wire.recv(1 << 16)):
            arrived += len(data)
    return arrived


def _ends(network: Network, node: int) -> tuple[tuple[int, str], ...]:
    """Both ends of the node's cable: what leaves the bridge's goes to it, the other's from it."""
    return (network.bridge_ns, f"v{node}"), (network.ns_of(node), "eth0")


def _tc(ns_fd: int, words: str) -> None:
    try:
        done = subprocess.run(
            ["tc", *words.split()], capture_output=True, text=True, preexec_fn=entering(ns_fd)
        )
    except FileNotFoundError:
        raise JudgeError("shaping-failed", "This machine lacks tc, of iproute2.") from None
    if done.returncode:
        raise JudgeError("shaping-failed", f"tc refused: {words}", done.stderr)
