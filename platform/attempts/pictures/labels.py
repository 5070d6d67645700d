"""Places words along a picture so that they do not lie upon each other."""

from __future__ import annotations

from django.utils.safestring import SafeString

from attempts.pictures import svg

CHAR_PX = 6.8
GAP_PX = 12
LINE_PX = 14
RIGHT_PX = 1108


class Labels:
    """A line of labels from left to right; what finds no room moves one line up."""

    def __init__(self, y: float, css: str = "lbl b halo") -> None:
        self._y, self._css = y, css
        self._ends: dict[int, float] = {}
        self.marks: list[SafeString] = []

    def add(self, x: float, words: str, css: str = "") -> None:
        """A label that begins at x, or ends there when it would run off the picture."""
        width = len(words) * CHAR_PX
        begin = x if x + width <= RIGHT_PX else max(0.0, RIGHT_PX - width)
        line = next(
            line for line in range(9) if self._ends.get(line, 0) + GAP_PX <= begin or line == 8
        )
        self._ends[line] = begin + width
        self.marks.append(svg.text(css or self._css, begin, self._y - line * LINE_PX, words))
