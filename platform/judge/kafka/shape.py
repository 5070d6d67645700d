"""What a cluster looks like: brokers, disk of each, and the settings that a lab changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DATA_BYTES = 128 * 1024 * 1024


@dataclass(frozen=True)
class Shape:
    """A cluster of combined nodes (broker and controller in one), ids 1 to `brokers`.

    Args:
        brokers: how many nodes, 1 to 9.
        data_bytes: size of each broker's data directory, a tmpfs: a full one is a full disk.
        settings: broker properties on top of `judge.kafka.settings.SMALL_MACHINE`.
    """

    brokers: int = 3
    data_bytes: int = DATA_BYTES
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def ids(self) -> tuple[int, ...]:
        """The node ids, which are also the broker ids."""
        return tuple(range(1, self.brokers + 1))

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for shapes that one warm cluster can stand for."""
        return (self.brokers, self.data_bytes, tuple(sorted(self.settings.items())))

    def to_dict(self) -> dict[str, Any]:
        """The shape as plain JSON types, for the boot request."""
        return {
            "brokers": self.brokers,
            "data_bytes": self.data_bytes,
            "settings": dict(self.settings),
        }


def shape_from_dict(row: Mapping[str, Any]) -> Shape:
    """The shape that `Shape.to_dict` wrote."""
    return Shape(int(row["brokers"]), int(row["data_bytes"]), dict(row["settings"]))
