"""The sandbox's network: a bridge for the brokers, and a separate wire from learner to tap.

    bridge namespace     br0, no address; every broker's and the platform's veth ends here,
                         so one nft table here can cut anyone from anyone
    broker namespaces    10.77.0.11, .12, …, each alone; separate controllers from .111 on
    platform namespace   10.77.0.30 on the bridge: our own clients and the tap's upstream side
    tap namespace        owns the brokers' addresses on the wire to the learner
    learner namespace    10.77.0.30 on that wire; nothing else is attached to it

The learner's wire and the bridge share no namespace: when the tap is dead, nothing passes.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from judge.errors import JudgeError
from judge.inside.namespaces import (
    current_network_namespace,
    enter_namespace,
    entering,
    new_network_namespace,
)
from judge.inside.nft import packets, put_rules, take_rules

CLIENT_PORT, CONTROLLER_PORT, REPLICATION_PORT = 9092, 9093, 9094
"""The brokers' listeners. The learner can reach the first only, and that through the tap."""

PLATFORM_IP = "10.77.0.30"
"""Our clients' address on the bridge, and the learner's on its own wire."""

_SYSTEM = Path("/proc/sys/net/ipv4")
_TCP_SETTINGS = {"tcp_rto_max_ms": "2000", "tcp_retries2": "60"}
"""How a connection that a cut has silenced tries again: every 2 s, for two minutes, instead of
ever more rarely. As the kernel comes it resumed 3 s after a cut of 10 s and 24 s after one of
30 s, which a run would spend waiting. The first alone would give up after 15 tries."""


def broker_ip(broker: int) -> str:
    """The address of a node: a broker's is the same on the bridge and on the learner's wire.

    A separate controller (ids from 101) has one on the bridge only.
    """
    return f"10.77.0.{10 + broker}"


def bootstrap(broker_ids: Iterable[int]) -> str:
    """The brokers as a Kafka client's `bootstrap.servers`."""
    return ",".join(f"{broker_ip(i)}:{CLIENT_PORT}" for i in broker_ids)


@dataclass(slots=True)
class Network:
    """Open descriptors on every network namespace of the sandbox, and the cuts in force."""

    broker_ns: dict[int, int]
    platform_ns: int
    tap_ns: int
    learner_ns: int
    bridge_ns: int
    cuts: set[str] = field(default_factory=set)
    controller_ns: dict[int, int] = field(default_factory=dict)

    def ns_of(self, node: int) -> int:
        """The namespace of a broker or a separate controller. Raises KeyError."""
        return (self.broker_ns | self.controller_ns)[node]

    def make_room(self, broker_ids: Iterable[int], controller_ids: Iterable[int]) -> None:
        """Add the namespaces and addresses that these nodes still lack; about 15 ms for two.

        A sandbox begins with three brokers' worth, before anybody knows its shape.

        Raises:
            JudgeError: "network-failed".
        """
        brokers = {i: _new_place() for i in broker_ids if i not in self.broker_ns}
        controllers = {i: _new_place() for i in controller_ids if i not in self.controller_ns}
        new = brokers | controllers
        if new:
            ends = {f"v{i}": ns for i, ns in new.items()}
            _finish([_ip_batch(self.bridge_ns, _plugs(ends))])
            _finish([*_address(new), _answer_for(self.tap_ns, brokers)])
            self.broker_ns |= brokers
            self.controller_ns |= controllers

    def cut(self, name: str, matches: Sequence[str]) -> None:
        """Drop on the bridge every packet that one of `matches` (nft expressions) fits.

        `ip saddr 10.77.0.11 ip daddr 10.77.0.12 tcp dport 9094` is a match. Each has a counter,
        so `dropped` can prove that the cut met traffic. Connections stay open and go silent.

        Raises:
            JudgeError: "cut-failed", with what nft said.
        """
        rules = [f"{match} counter drop" for match in matches]
        put_rules(self.bridge_ns, "bridge", name, "forward", rules)
        self.cuts.add(name)

    def heal(self, name: str) -> None:
        """Remove a cut; one that is not in force is no error."""
        if name in self.cuts:
            take_rules(self.bridge_ns, "bridge", name)
            self.cuts.discard(name)

    def dropped(self, name: str) -> int:
        """How many packets the cut `name` has swallowed so far; 0 when it is not in force."""
        return packets(self.bridge_ns, "bridge", name) if name in self.cuts else 0


def build_network(broker_ids: Sequence[int]) -> Network:
    """Make the whole network and move the calling thread into the platform's namespace.

    Must be called from the supervisor's only thread, before any other is started: threads take
    over the namespace they were started in, and librdkafka's must be on the bridge.
    """
    net = Network(
        broker_ns={i: _new_place() for i in broker_ids},
        platform_ns=_new_place(),
        tap_ns=new_network_namespace(),
        learner_ns=new_network_namespace(),
        bridge_ns=current_network_namespace(),
    )
    ends = {f"v{i}": ns for i, ns in net.broker_ns.items()} | {"vp": net.platform_ns}
    wire = f"link add l0 netns {_path(net.tap_ns)} type veth peer name eth0"
    lines = ["link set lo up", "link add br0 type bridge forward_delay 0 stp_state 0"]
    lines += ["link set br0 up", *_plugs(ends), f"{wire} netns {_path(net.learner_ns)}"]
    _finish([_ip_batch(net.bridge_ns, lines)])
    _finish(
        [
            *_address(net.broker_ns),
            _ip_batch(net.platform_ns, _own(PLATFORM_IP)),
            _ip_batch(net.learner_ns, _own(PLATFORM_IP)),
            _answer_for(net.tap_ns, net.broker_ns),
        ]
    )
    enter_namespace(net.platform_ns)
    return net


def _new_place() -> int:
    """A namespace whose connections soon notice that a cut is over, where the kernel lets them."""
    place, here = new_network_namespace(), current_network_namespace()
    try:
        enter_namespace(place)
        # Kernels before 6.15 lack the first; the second without it would be of no use.
        with suppress(OSError):
            for name, value in _TCP_SETTINGS.items():
                (_SYSTEM / name).write_text(value, encoding="ascii")
    finally:
        enter_namespace(here)
        os.close(here)
    return place


def _plugs(ends: Mapping[str, int]) -> list[str]:
    """A cable from the bridge into each namespace, by the name of the bridge's end of it."""
    lines = []
    for name, ns in ends.items():
        lines.append(f"link add {name} type veth peer name eth0 netns {_path(ns)}")
        lines.append(f"link set {name} master br0 up")
    return lines


def _own(ip: str) -> list[str]:
    return ["link set lo up", f"addr add {ip}/24 dev eth0", "link set eth0 up"]


def _address(nodes: Mapping[int, int]) -> list[subprocess.Popen[str]]:
    return [_ip_batch(ns, _own(broker_ip(i))) for i, ns in nodes.items()]


def _answer_for(tap_ns: int, brokers: Iterable[int]) -> subprocess.Popen[str]:
    """Give the tap the brokers' addresses on the learner's wire."""
    taps = [f"addr add {broker_ip(i)}/24 dev l0" for i in brokers]
    return _ip_batch(tap_ns, ["link set lo up", *taps, "link set l0 up"])


def _ip_batch(ns_fd: int, lines: list[str]) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        ["ip", "-batch", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=entering(ns_fd),
    )
    assert process.stdin is not None  # noqa: S101
    # A batch is far below a pipe's 64 KiB, so this cannot block; all of them run side by side.
    process.stdin.write("\n".join(lines) + "\n")
    process.stdin.close()
    process.stdin = None
    return process


def _finish(batches: list[subprocess.Popen[str]]) -> None:
    for batch in batches:
        _, said = batch.communicate()
        if batch.returncode:
            raise JudgeError("network-failed", "The sandbox's network could not be made.", said)


def _path(ns_fd: int) -> str:
    return f"/proc/{os.getpid()}/fd/{ns_fd}"
