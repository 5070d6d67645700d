"""Which brokers still hear what the controllers decide, when some cannot call them any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable

Pair = tuple[int, int]
"""A node that calls and the node whose listener it calls."""


def unheard(
    nodes: Iterable[int], voters: Collection[int], cut: Collection[Pair]
) -> frozenset[int]:
    """The nodes whose metadata may be old: they cannot call every voter that has a majority.

    A node asks the controllers for news, so what counts is whom it can call. It would be enough
    to hear the active one, but that may change while the cut holds. Too many are named rather
    than too few: what nobody tells is unknown, and what an old tale tells is wrong.
    """
    reached = {n: {v for v in voters if v == n or (n, v) not in cut} for n in {*nodes, *voters}}
    ruling = {v for v in voters if len(reached[v]) * 2 > len(voters)}
    return frozenset(n for n in nodes if not ruling or not ruling <= reached[n])
