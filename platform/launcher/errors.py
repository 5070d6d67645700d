"""The one way in which the launcher says no: what is wrong, and what to do about it."""

_MOST_LINES = 12
_LINE_WIDTH = 160


class RefusedError(Exception):
    """Faultline cannot go on here, for a reason that the person at the keyboard can mend.

    Args:
        problem: one sentence that says what is wrong.
        remedy: what to do about it, as a command where there is one.
        detail: the last lines of a log, when they help.
    """

    def __init__(self, problem: str, remedy: str = "", detail: str = "") -> None:
        self.problem, self.remedy, self.detail = problem, remedy, detail
        super().__init__(problem)

    def __str__(self) -> str:
        parts = [f"faultline: {self.problem}"]
        if self.detail:
            lines = self.detail.rstrip().splitlines()[-_MOST_LINES:]
            parts += ["", *(f"    {line[:_LINE_WIDTH]}" for line in lines), ""]
        if self.remedy:
            parts.append(f"  {self.remedy}")
        return "\n".join(parts)
