"""The clusters that wait frozen, by shape: which are wanted next, and which can be done without."""

from __future__ import annotations

from collections.abc import Iterator

from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox

MOST_SHAPES = 8
"""Shapes that are remembered; a machine that serves more labs than that starts some cold."""

NODE_BYTES = 130_000_000
"""PSS of one node where nothing was measured yet: 127-145 MB by themselves, 114 MB when shared."""


class Shelf:
    """Up to `size` clusters of each shape that was asked for lately. Not thread-safe."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._shapes: list[Shape] = []
        self._warm: list[tuple[Shape, Sandbox]] = []
        self._measured: dict[object, int] = {}

    def __len__(self) -> int:
        return len(self._warm)

    def wish(self, shape: Shape) -> None:
        """Remember that `shape` was asked for; the longest forgotten goes when there are many."""
        others = [known for known in self._shapes if known.key != shape.key]
        self._shapes = [shape, *others][:MOST_SHAPES]

    def put(self, shape: Shape, sandbox: Sandbox, pss_bytes: int) -> None:
        """Add a frozen cluster, whose memory is `pss_bytes` if that is known (0: it is not)."""
        self._warm.append((shape, sandbox))
        if pss_bytes > 0:
            self._measured[shape.key] = max(pss_bytes, self._measured.get(shape.key, 0))

    def take(self, shape: Shape) -> Sandbox | None:
        """Take out a cluster of `shape`; None when there is none."""
        for pair in self._warm:
            if pair[0].key == shape.key:
                self._warm.remove(pair)
                return pair[1]
        return None

    def holds(self, shape: Shape) -> bool:
        """Whether a cluster of `shape` is there."""
        return self._count(shape) > 0

    def cluster_bytes(self, shape: Shape) -> int:
        """Memory of a cluster of `shape`: the most that was measured, else by its nodes."""
        return self._measured.get(shape.key, len(shape.node_ids) * NODE_BYTES)

    def missing(self) -> Shape | None:
        """What to prepare next: no shape gets a second one before each has its first."""
        short = [shape for shape in self._shapes if self._count(shape) < self._size]
        return min(short, key=self._count, default=None)  # the latest wish among equals

    def spare(self, for_shape: Shape, *, older_only: bool = False) -> Sandbox | None:
        """Take out the one that is missed least so that a cluster of `for_shape` finds room.

        The longest forgotten shape gives first, `for_shape` itself at last and never its only
        one. With `older_only` none is given that was asked for more lately.
        """
        for shape in [*self._forgotten(), *reversed(self._shapes)]:
            if shape.key == for_shape.key:
                if older_only:
                    return None
                continue
            if (sandbox := self.take(shape)) is not None:
                return sandbox
        return self.take(for_shape) if self._count(for_shape) > 1 else None

    def surplus(self) -> list[Sandbox]:
        """Take out the clusters of shapes that are remembered no more."""
        found = (self.take(shape) for shape in list(self._forgotten()))
        return [sandbox for sandbox in found if sandbox is not None]

    def dead(self) -> list[Sandbox]:
        """Take out the clusters whose processes have ended."""
        gone = [pair for pair in self._warm if not pair[1].alive]
        self._warm = [pair for pair in self._warm if pair[1].alive]
        return [sandbox for _shape, sandbox in gone]

    def clear(self) -> list[Sandbox]:
        """Take out everything."""
        everything, self._warm = self._warm, []
        return [sandbox for _shape, sandbox in everything]

    def _count(self, shape: Shape) -> int:
        return sum(kept.key == shape.key for kept, _sandbox in self._warm)

    def _forgotten(self) -> Iterator[Shape]:
        known = {shape.key for shape in self._shapes}
        return (shape for shape, _sandbox in self._warm if shape.key not in known)
