"""What an author of lessons did wrong, said by file, line and rule."""

from __future__ import annotations

from judge.errors import AuthorError


class LessonError(AuthorError):
    """A lesson that cannot be shown. `line` counts from 1; 0 means the file as a whole."""

    def __init__(self, file: str, line: int, rule: str, remedy: str = "") -> None:
        self.line = line
        super().__init__(file, f"line {line}" if line else "", rule, remedy)
