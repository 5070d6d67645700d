"""The blocks that a lesson may hold besides text; a new one is a new file and a line here."""

from __future__ import annotations

from collections.abc import Callable

from guide.directives import ask, claim, lab, note, picture, predict
from judge.fields import Fields

Directive = ask.Ask | claim.Claim | lab.LabLink | note.Note | picture.Picture | predict.Predict

READERS: dict[str, Callable[[Fields], Directive]] = {
    "ask": ask.read,
    "claim": claim.read,
    "lab": lab.read,
    "picture": picture.read,
    "predict": predict.read,
}
"""Those whose body is TOML."""

PLAIN = {"note": note.read}
"""Those whose body is Markdown: called with what follows the word, and the body."""

NAMES = tuple(sorted((*READERS, *PLAIN)))
