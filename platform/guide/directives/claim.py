"""`{claim}`: a statement, and the experiment that proves or refutes it."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from judge.fields import Fields
from web.prose import inline

VERDICTS = {"proved": "Proved", "refuted": "Refuted", "open": "Not yet shown"}


@dataclass(frozen=True, slots=True)
class Claim:
    """The experiment is a lab and one of its solutions; `found` is what was measured."""

    statement: SafeString
    verdict: str
    lab: str
    solution: str
    found: SafeString
    name = "claim"

    @property
    def word(self) -> str:
        """The verdict as people read it."""
        return VERDICTS[self.verdict]


def read(fields: Fields) -> Claim:
    """The directive in those fields."""
    return Claim(
        statement=inline(fields.text("statement")),
        verdict=fields.text("verdict", one_of=tuple(VERDICTS)),
        lab=fields.text("lab"),
        solution=fields.text("solution"),
        found=inline(fields.text("found", "")),
    )
