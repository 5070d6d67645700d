"""Puts a slow wire into a node's cable, and takes it out again."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

from judge.errors import JudgeError
from judge.inside.namespaces import current_network_namespace, enter_namespace, entering
from judge.inside.network import Network

_SOURCE_ROOT = Path(__file__).resolve().parents[2]
_ALL_PROTOCOLS = 3
_SOL_PACKET, _VNET_HEADER, _IGNORE_OUTGOING = 263, 15, 23
_BUFFER_BYTES = 8 << 20


class Splice:
    """One node's cable, cut open: the node's half and the bridge's half end at a slow wire.

    Everything to and from the node passes it, so a round trip is longer by twice the latency.
    Made closed; `open` and `close` are for once each.
    """

    def __init__(self, network: Network, node: int) -> None:
        self._ns, self._node_end = network.bridge_ns, f"v{node}"
        self._wire_end, self._bridge_end = f"s{node}", f"t{node}"
        self._process: subprocess.Popen[bytes] | None = None

    def open(self, latency_ms: float, jitter_ms: float, seed: int) -> None:
        """Put the wire in. Raises JudgeError "network-failed"."""
        self._ip(
            f"link add {self._wire_end} type veth peer name {self._bridge_end}",
            f"link set {self._wire_end} up",
        )
        ends = [self._packets_of(self._node_end), self._packets_of(self._wire_end)]
        numbers = [str(end.fileno()) for end in ends]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "judge.inside.slow_wire", *numbers,
                 str(latency_ms), str(jitter_ms), str(seed)],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[end.fileno() for end in ends],
                env={**os.environ, "PYTHONPATH": str(_SOURCE_ROOT)},
            )  # fmt: skip
        finally:
            for end in ends:
                end.close()
        # Only now does traffic leave the bridge's port and wait for the wire.
        self._ip(
            f"link set {self._node_end} nomaster",
            f"link set {self._bridge_end} master br0 up",
        )

    def close(self) -> None:
        """Plug the cable in again; what the wire still held is lost, and TCP sends it again."""
        self._ip(f"link set {self._node_end} master br0", f"link del {self._wire_end}")
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _packets_of(self, device: str) -> socket.socket:
        """Whatever arrives on the device, whole; whatever is sent there leaves by it."""
        here = current_network_namespace()
        try:
            enter_namespace(self._ns)
            wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            # With the header a batch of segments and an open checksum pass as they are.
            for option in (_VNET_HEADER, _IGNORE_OUTGOING):
                wire.setsockopt(_SOL_PACKET, option, 1)
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
            wire.bind((device, _ALL_PROTOCOLS))
        finally:
            enter_namespace(here)
            os.close(here)
        return wire

    def _ip(self, *lines: str) -> None:
        done = subprocess.run(
            ["ip", "-batch", "-"],
            input="\n".join(lines) + "\n",
            capture_output=True,
            text=True,
            preexec_fn=entering(self._ns),
        )
        if done.returncode:
            text = f"The cable {self._node_end} could not be changed."
            raise JudgeError("network-failed", text, done.stderr)
