"""A lesson: its head, and its text cut into sections and directives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.safestring import SafeString

from guide.directives import Directive
from guide.directives.claim import Claim
from guide.directives.predict import Predict
from guide.front_matter import Head


@dataclass(frozen=True, slots=True)
class Prose:
    """Text between directives, as clean HTML."""

    html: SafeString
    name = "prose"


@dataclass(frozen=True, slots=True)
class Margin:
    """Neighbouring claims; they stand in the margin beside the paragraph before them."""

    claims: tuple[Claim, ...]
    name = "margin"


Block = Prose | Margin | Directive


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of the page. `kind` is text, predict or ask; heading "" continues the last one."""

    anchor: str
    heading: SafeString
    kind: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One file of content/. `key` is its address under /guide/ and what progress is kept by."""

    key: str
    number: str
    file: str
    head: Head
    sections: tuple[Section, ...]

    @property
    def topic(self) -> str:
        """The first half of the key."""
        return self.key.split("/")[0]

    @property
    def slug(self) -> str:
        """The second half of the key."""
        return self.key.split("/")[1]

    @property
    def blocks(self) -> Iterator[Block]:
        """Every block, in order."""
        return (block for section in self.sections for block in section.blocks)

    @property
    def questions(self) -> tuple[Predict, ...]:
        """The predictions, in order."""
        return tuple(block for block in self.blocks if isinstance(block, Predict))

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, in order."""
        return tuple(
            claim for block in self.blocks if isinstance(block, Margin) for claim in block.claims
        )

    def question(self, name: str) -> Predict | None:
        """The prediction of that id."""
        return next((asked for asked in self.questions if asked.id == name), None)
