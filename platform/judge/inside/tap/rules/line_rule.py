"""What rules about whole connections have in common: they take no frame."""

from __future__ import annotations

from typing import Any

from judge.inside.tap.rules.firing import Firing
from judge.inside.tap.rules.matching import Knowledge, line_match
from judge.inside.tap.rules.options import Options
from judge.inside.tap.rules.quiet_rule import QuietRule
from judge.inside.tap.seam import Doors, Line


class LineRule(QuietRule):
    """A rule that does nothing to any connection until a subclass says what.

    Its state's `fired` counts connections, `held` those that it still has a hold on.
    """

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        self._match = line_match(options)
        self._firing = Firing(knowledge, None)


class LastingRule(LineRule):
    """Has a hold on every connection that fits, new ones included, until it ends.

    A subclass says how to `_grip` one and how to `_let_go`.
    """

    def __init__(self, options: Options, knowledge: Knowledge) -> None:
        super().__init__(options, knowledge)
        self.lasts_s = options.span_s("for_ms")
        self._gripped: list[Line] = []

    def meet(self, line: Line) -> None:
        """Take hold of it, once."""
        if self._match.fits(line) and line not in self._gripped:
            self._gripped = [known for known in self._gripped if known.is_open]
            self._gripped.append(line)
            self._firing.take()
            self._firing.note(line)
            self._grip(line)

    def begin(self, doors: Doors) -> None:
        """Take hold of all that are open."""
        for line in list(doors.lines()):
            self.meet(line)

    def end(self, doors: Doors) -> None:
        """Let go of all."""
        for line in self._gripped:
            if line.is_open:
                self._let_go(line)
        self._gripped = []

    def state(self) -> dict[str, Any]:
        """`fired` counts connections, `held` those that it still has a hold on."""
        self._firing.held = sum(line.is_open for line in self._gripped)
        return super().state()

    def _grip(self, line: Line) -> None:
        raise NotImplementedError

    def _let_go(self, line: Line) -> None:
        raise NotImplementedError
