"""What a cluster looks like: brokers, controllers, disk of each, and the settings a lab changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DATA_BYTES = 128 * 1024 * 1024

MOST_BROKERS, MOST_CONTROLLERS = 9, 3
"""Bounds of the sandbox's addresses, and far above what a small machine carries."""

FIRST_CONTROLLER = 101
"""Id of the first separate controller; apart from the brokers' so that nobody takes it for one."""


@dataclass(frozen=True)
class Shape:
    """A cluster: brokers with ids 1 to `brokers`, and who forms the controller quorum.

    Without `controllers` every node is both broker and controller, so a majority of them must
    live or nothing is elected any more. With some, the quorum is theirs alone and outlives any
    number of brokers; each costs about 100 MB.

    Args:
        brokers: how many, 1 to 9.
        data_bytes: size of each node's data directory, a tmpfs: a full one is a full disk.
        settings: broker properties on top of `judge.kafka.settings.SMALL_MACHINE`.
        controllers: how many separate controllers, 0 to 3; their ids begin at 101.
        syncs_held: whether a fault may slow or fail what forces data to disk. It costs 50 us for
            each such call, so only a lab with such a fault asks for it.
    """

    brokers: int = 3
    data_bytes: int = DATA_BYTES
    settings: Mapping[str, str] = field(default_factory=dict)
    controllers: int = 0
    syncs_held: bool = False

    @property
    def ids(self) -> tuple[int, ...]:
        """The brokers' ids."""
        return tuple(range(1, self.brokers + 1))

    @property
    def controller_ids(self) -> tuple[int, ...]:
        """The ids of the separate controllers; empty when the brokers are the quorum."""
        return tuple(range(FIRST_CONTROLLER, FIRST_CONTROLLER + self.controllers))

    @property
    def node_ids(self) -> tuple[int, ...]:
        """The ids of all processes, brokers first."""
        return self.ids + self.controller_ids

    @property
    def voter_ids(self) -> tuple[int, ...]:
        """The ids of the nodes that form the controller quorum."""
        return self.controller_ids or self.ids

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for shapes that one warm cluster can stand for."""
        settings = tuple(sorted(self.settings.items()))
        return (self.brokers, self.controllers, self.data_bytes, self.syncs_held, settings)

    def to_dict(self) -> dict[str, Any]:
        """The shape as plain JSON types, for the boot request."""
        return {
            "brokers": self.brokers,
            "controllers": self.controllers,
            "data_bytes": self.data_bytes,
            "settings": dict(self.settings),
            "syncs_held": self.syncs_held,
        }


def shape_from_dict(row: Mapping[str, Any]) -> Shape:
    """The shape that `Shape.to_dict` wrote."""
    return Shape(
        brokers=int(row["brokers"]),
        controllers=int(row["controllers"]),
        data_bytes=int(row["data_bytes"]),
        settings=dict(row["settings"]),
        syncs_held=bool(row["syncs_held"]),
    )
