"""Cuts the condition of an alert rule into numbers, words and signs, or says what is neither."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_CHARS = 200
"""So long a condition may be; whoever needs more wants two rules."""

_TOKEN = re.compile(
    r"(?P<blank>[ \t\r\n]+)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?)(?![0-9A-Za-z_.])"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<sign><=|>=|==|!=|[-+*/<>(),])"
)
_REMEDIES = {
    "=": "Write == to compare.",
    "!": "Write not.",
    "&": "Write and.",
    "|": "Write or.",
    "%": "Write a share as a number: 0.5.",
    ".": "A number has digits on both sides of its point.",
}


@dataclass(frozen=True, slots=True)
class Token:
    """One piece: `kind` is number, word, sign or end; `position` counts characters from 1."""

    kind: str
    text: str
    position: int


class ExpressionError(ValueError):
    """A condition that is none: where, which rule, and the remedy."""

    def __init__(self, at: Token, rule: str, remedy: str = "") -> None:
        self.at, self.rule, self.remedy = at, rule, remedy
        what = f"“{at.text}”" if at.kind != "end" else "its end"
        said = f"at character {at.position}: {what} {rule}"
        super().__init__(f"{said} {remedy}".strip())


def tokens(text: str) -> list[Token]:
    """The pieces of `text`, and an end. Raises ExpressionError."""
    if len(text) > MAX_CHARS:
        at = Token("end", "", MAX_CHARS + 1)
        raise ExpressionError(at, f"comes after {MAX_CHARS} characters.", "Write two rules.")
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(text, place)
        if match.lastgroup != "blank":
            found.append(Token(str(match.lastgroup), match[0], place + 1))
        place = match.end()
    return [*found, Token("end", "", len(text) + 1)]


def _unreadable(text: str, place: int) -> ExpressionError:
    if text[place].isascii() and text[place].isdigit():
        piece = re.match(r"[0-9A-Za-z_.]+", text[place:])
        odd = Token("number", piece[0] if piece else text[place], place + 1)
        return ExpressionError(odd, "is no number.", "Write digits alone, without a unit.")
    shown = text[place] if text[place].isprintable() else ascii(text[place])[1:-1]
    odd = Token("sign", shown, place + 1)
    return ExpressionError(odd, "means nothing here.", _REMEDIES.get(text[place], ""))
