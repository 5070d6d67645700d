"""The producer's lane: a cell a tenth of a second or more, signed by the worst that befell it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from django.utils.safestring import SafeString

from attempts.pictures import svg
from attempts.pictures.labels import Labels

MOST_CELLS = 130
"""More would be thinner than their signs can be told apart."""

HEIGHT = 18
KINDS = {
    "lost": ("lost", "lbl lost b"),
    "duplicates": ("twice", "lbl b"),
    "in_doubt": ("in doubt", "lbl doubt b"),
    "acknowledged": ("acknowledged", "lbl ack b"),
    "refused": ("refused", "lbl b"),
}
"""Kind -> its word and the class of its label; the worst first, which a mixed cell shows."""


def draw_cells(
    lanes: Mapping[str, Any], at: Callable[[float], float], y: float
) -> list[SafeString]:
    """The cells, and over the first of each kind how many there are in all."""
    cell_ms, count = lanes["cell_ms"], len(lanes["handed"])
    group = max(1, math.ceil(count / MOST_CELLS))
    marks: list[SafeString] = []
    first: dict[str, float] = {}
    for begin in range(0, count, group):
        kind = next((kind for kind in KINDS if sum(lanes[kind][begin : begin + group])), None)
        if kind is None:
            continue
        x = at(begin * cell_ms)
        width = at((begin + group) * cell_ms) - x
        first.setdefault(kind, x)
        marks.append(_cell(kind, x, y, width * 0.78))
    labels = Labels(y - 8)
    for kind, x in sorted(first.items(), key=lambda item: item[1]):
        word, css = KINDS[kind]
        labels.add(x, f"{sum(lanes[kind]):,} {word}", f"{css} halo")
    return marks + labels.marks


def _cell(kind: str, x: float, y: float, width: float) -> SafeString:
    if kind == "acknowledged":
        return svg.rect("c-ack", x, y, width, HEIGHT)
    if kind == "in_doubt":
        half = max(width / 2, 3.0)
        steps = f"l{svg.number(half)} 9 -{svg.number(half)} 9 -{svg.number(half)} -9z"
        return svg.path("c-doubt", f"M{svg.number(x + width / 2)} {svg.number(y)}{steps}")
    if kind == "refused":
        middle = svg.number(y + HEIGHT / 2)
        return svg.path("c-refused", f"M{svg.number(x)} {middle}h{svg.number(width)}")
    w, left, top = svg.number(width), svg.number(x), svg.number(y)
    box = f"M{left} {top}h{w}v{HEIGHT}h-{w}z"
    if kind == "lost":
        return svg.path("c-lost", f"{box}l{w} {HEIGHT}m0 -{HEIGHT}l-{w} {HEIGHT}")
    return svg.path("c-dup", f"{box}m0 9h{w}")
