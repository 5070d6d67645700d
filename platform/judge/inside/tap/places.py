"""Where the tap's sockets live: addresses to listen on and to dial, and in which namespace."""

from __future__ import annotations

import errno
import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from judge.inside.namespaces import enter_namespace

if TYPE_CHECKING:
    from judge.inside.network import Network

Address = tuple[str, int]

_BACKLOG = 512
_PROBE_TIMEOUT_S = 1.0
"""The kernel that refuses is our own: it does so at once."""


@dataclass(frozen=True, slots=True)
class Places:
    """Per broker, where the program finds it and where it really is.

    A socket keeps the network namespace it was made in. So one process can stand in two: the
    listeners are made in `listen_ns`, everything else in `dial_ns`, where the process stays.
    Both None means the present namespace; `source` None lets the kernel choose.
    """

    listen: Mapping[int, Address]
    dial: Mapping[int, Address]
    listen_ns: int | None = None
    dial_ns: int | None = None
    source: str | None = None

    @property
    def namespace_fds(self) -> tuple[int, ...]:
        """Descriptors that the tap's process must inherit."""
        return tuple(fd for fd in (self.listen_ns, self.dial_ns) if fd is not None)

    def listener(self, broker: int, address: Address | None = None) -> socket.socket:
        """A listening socket in the broker's stead, at `address` if given. Raises OSError."""
        if self.listen_ns is not None:
            enter_namespace(self.listen_ns)
        try:
            sock = socket.socket()
            sock.setblocking(False)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            sock.bind(address or self.listen[broker])
            sock.listen(_BACKLOG)
        finally:
            if self.dial_ns is not None:
                enter_namespace(self.dial_ns)
        return sock

    def connect_result(self, address: Address) -> str:
        """What a program that connects to `address` gets: a name like ECONNREFUSED, or open."""
        if self.listen_ns is not None:
            enter_namespace(self.listen_ns)
        try:
            with socket.socket() as probe:
                probe.settimeout(_PROBE_TIMEOUT_S)
                number = probe.connect_ex(address)
        finally:
            if self.dial_ns is not None:
                enter_namespace(self.dial_ns)
        return errno.errorcode.get(number, str(number)) if number else "open"

    def dialled(self, broker: int) -> socket.socket:
        """A socket on its way to the real broker; writable once it is known how that went."""
        sock = socket.socket()
        try:
            sock.setblocking(False)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.source is not None:
                sock.bind((self.source, 0))
            number = sock.connect_ex(self.dial[broker])
            if number not in (0, errno.EINPROGRESS):
                raise OSError(number, os.strerror(number))
        except OSError:
            sock.close()
            raise
        return sock

    def to_json(self) -> str:
        """The places as the tap's command line carries them."""
        return json.dumps(asdict(self))


def places_from_json(text: str) -> Places:
    """The places that `Places.to_json` wrote."""
    row = json.loads(text)
    for key in ("listen", "dial"):
        row[key] = {int(broker): (host, port) for broker, (host, port) in row[key].items()}
    return Places(**row)


def places_in(network: Network, broker_ids: tuple[int, ...]) -> Places:
    """The places of a sandbox: broker addresses on the learner's wire, the platform's on ours."""
    from judge.inside.network import CLIENT_PORT, PLATFORM_IP, broker_ip

    addresses = {broker: (broker_ip(broker), CLIENT_PORT) for broker in broker_ids}
    return Places(addresses, addresses, network.tap_ns, network.platform_ns, PLATFORM_IP)
