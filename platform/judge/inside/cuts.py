"""Which packets between which nodes are meant: match expressions for `Network.cut`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from judge.inside.network import CLIENT_PORT, CONTROLLER_PORT, REPLICATION_PORT, broker_ip
from judge.inside.trust import Pair

PORTS = {"client": CLIENT_PORT, "replication": REPLICATION_PORT, "controller": CONTROLLER_PORT}
"""The listeners of a node, by what they are for."""


def calls(sources: Collection[int], targets: Collection[int], ports: Iterable[str]) -> list[str]:
    """What `sources` send to the listeners of `targets`; the way back stays open.

    So none of them can open or use a connection to a target, while the targets can to them. All
    packets one way would be no more one-sided than a whole cut: TCP needs both ways.
    """
    return [f"{_between(sources, targets)} tcp dport {_ports(ports)}"]


def cut_apart(
    sources: Collection[int], targets: Collection[int], ports: Sequence[str]
) -> list[str]:
    """Everything between the two sides, or, when `ports` are not all, what belongs to those."""
    ways = [_between(sources, targets), _between(targets, sources)]
    if set(ports) == set(PORTS):
        return ways
    return [
        f"{way} tcp {end} {_ports(ports)}" for way in ways for end in ("dport", "sport")
    ]


def pairs(sources: Iterable[int], targets: Iterable[int]) -> list[Pair]:
    """Every node of the one side with every other node of the other."""
    return [(a, b) for a in sources for b in targets if a != b]


def _between(sources: Collection[int], targets: Collection[int]) -> str:
    return f"ip saddr {_addresses(sources)} ip daddr {_addresses(targets)}"


def _addresses(nodes: Iterable[int]) -> str:
    return "{ " + ", ".join(broker_ip(node) for node in sorted(set(nodes))) + " }"


def _ports(names: Iterable[str]) -> str:
    return "{ " + ", ".join(str(PORTS[name]) for name in sorted(set(names))) + " }"
