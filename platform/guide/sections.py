"""Cuts a lesson's Markdown into sections, text and directives."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field

from django.utils.safestring import SafeString
from markdown_it.token import Token

from guide.directives import NAMES, PLAIN, READERS, Directive
from guide.directives.claim import Claim
from guide.errors import LessonError
from guide.lesson import Block, Margin, Prose, Section
from judge.errors import AuthorError
from judge.fields import Fields
from web import prose

# Kinds that make a section of their own, with the heading that the contents show.
APART = {"predict": "Predict", "ask": "Asked in interviews"}
WORD = re.compile(r"\{([a-z]+)\}\s*(.*)")


def cut(file: str, body: str, lines_before: int) -> tuple[Section, ...]:
    """The sections of a lesson's body, which begins after `lines_before` lines of the file.

    Raises:
        LessonError: a directive that is unknown, not at the margin, or wrong inside.
    """
    cutter = _Cutter(file, lines_before)
    tokens = prose.parse(body)
    place = 0
    while place < len(tokens):
        place += cutter.take(tokens, place)
    return cutter.finish()


@dataclass
class _Cutter:
    """Walks the top level of the token list and collects sections."""

    file: str
    lines_before: int
    done: list[Section] = field(default_factory=list)
    anchor: str = ""
    heading: SafeString = field(default_factory=SafeString)
    kind: str = "text"
    blocks: list[Block] = field(default_factory=list)
    text: list[Token] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def take(self, tokens: list[Token], place: int) -> int:
        """Take the token at `place`; how many were used up."""
        token = tokens[place]
        if token.type == "heading_open" and token.tag == "h2" and token.level == 0:
            words = tokens[place + 1].content
            self.open("text", prose.inline(words), words)
            return 3
        if token.type == "fence" and token.info.startswith("{"):
            self.directive(token)
            return 1
        if self.kind != "text":
            self.open("text", SafeString(""), "")
        self.text.append(token)
        return 1

    def open(self, kind: str, heading: SafeString, words: str) -> None:
        """Close the section in hand and begin another."""
        self.close()
        self.kind, self.heading = kind, heading
        self.anchor = self._free_anchor(words) if words else ""

    def close(self) -> None:
        """Put the section in hand away, unless there is nothing in it."""
        self._close_text()
        if self.blocks or self.heading:
            self.done.append(Section(self.anchor, self.heading, self.kind, tuple(self.blocks)))
        self.blocks = []

    def finish(self) -> tuple[Section, ...]:
        """All sections."""
        self.close()
        return tuple(self.done)

    def directive(self, token: Token) -> None:
        """A directive, in a section of its own when its kind wants one."""
        line = self.lines_before + (token.map[0] if token.map else 0) + 1
        block = _read(self.file, line, token)
        self._close_text()
        if isinstance(block, Claim):
            before = self.blocks.pop().claims if self._ends_in_margin() else ()
            self.blocks.append(Margin((*before, block)))
            return
        if block.name in APART and not (block.name == "ask" == self.kind):
            words = APART[block.name]
            self.open(block.name, prose.inline(words), words)
        elif block.name not in APART and self.kind != "text":
            self.open("text", SafeString(""), "")
        self.blocks.append(block)

    def _ends_in_margin(self) -> bool:
        return bool(self.blocks) and isinstance(self.blocks[-1], Margin)

    def _close_text(self) -> None:
        if self.text:
            self.blocks.append(Prose(prose.render(self.text)))
        self.text = []

    def _free_anchor(self, words: str) -> str:
        base = re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-") or "section"
        anchor, number = base, 2
        while anchor in self.anchors:
            anchor, number = f"{base}-{number}", number + 1
        self.anchors.add(anchor)
        return anchor


def _read(file: str, line: int, token: Token) -> Directive:
    found = WORD.fullmatch(token.info.strip())
    word, rest = (found[1], found[2]) if found else (token.info, "")
    if token.level:
        raise LessonError(
            file, line, f"{{{word}}} stands inside a list or a quotation.", "Put it at the margin."
        )
    if word not in NAMES:
        known = ", ".join(f"{{{name}}}" for name in NAMES)
        raise LessonError(file, line, f"{{{word}}} is no directive.", f"Known are {known}.")
    if word in PLAIN:
        return PLAIN[word](rest, token.content)
    try:
        fields = Fields(file, tomllib.loads(token.content))
        block = READERS[word](fields)
        fields.done()
    except tomllib.TOMLDecodeError as wrong:
        raise LessonError(file, line, f"{{{word}}} is not TOML: {wrong}.") from None
    except AuthorError as wrong:
        said = str(wrong).removeprefix(f"{file}: ")
        raise LessonError(file, line, f"{{{word}}} {said}") from None
    return block
