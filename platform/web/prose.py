"""Turns an author's Markdown into HTML that can do no harm."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererProtocol
from markdown_it.token import Token

from web.highlight import CODE_CLASSES, highlight

INLINE_TAGS = {
    "a", "abbr", "b", "br", "code", "del", "em", "i", "kbd", "s", "strong", "sub", "sup", "wbr",
}  # fmt: skip
BLOCK_TAGS = {
    "blockquote", "dd", "details", "div", "dl", "dt", "h2", "h3", "h4", "hr", "li", "ol", "p",
    "pre", "span", "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
# Everything else is dropped: style, id, class and hx-* too. htmx would obey the last.
ATTRIBUTES = {"a": {"href", "title"}, "abbr": {"title"}, "ol": {"start"}}
CLASSES = {"span": set(CODE_CLASSES)}


def _code_inline(
    _renderer: RendererProtocol, tokens: Sequence[Token], place: int, *_: object
) -> str:
    """Inline code that may break after a dot, for settings are longer than a column is wide."""
    return f"<code>{escape(tokens[place].content).replace('.', '.<wbr>')}</code>"


_markdown = MarkdownIt("commonmark", {"html": True, "highlight": highlight, "typographer": True})
_markdown.enable(["table", "strikethrough", "smartquotes"])
_markdown.add_render_rule("code_inline", _code_inline)


def parse(text: str) -> list[Token]:
    """The tokens of a text, for those who need its structure; `render` takes them."""
    return _markdown.parse(text)


def render(tokens: Sequence[Token]) -> SafeString:
    """The HTML of some tokens of one text."""
    return _clean(_markdown.renderer.render(tokens, _markdown.options, {}))


def to_html(text: str) -> SafeString:
    """The HTML of a whole text."""
    return _clean(_markdown.render(text))


def inline(text: str) -> SafeString:
    """The HTML of one line, without a paragraph around it."""
    html = nh3.clean(
        _markdown.renderInline(text),
        tags=INLINE_TAGS,
        attributes={"a": ATTRIBUTES["a"], "abbr": ATTRIBUTES["abbr"]},
        link_rel="noopener noreferrer",
    )
    return mark_safe(html)  # noqa: S308 - nh3 has just cleaned it


def _clean(html: str) -> SafeString:
    cleaned = nh3.clean(
        html,
        tags=INLINE_TAGS | BLOCK_TAGS,
        attributes=ATTRIBUTES,
        allowed_classes=CLASSES,
        link_rel="noopener noreferrer",
    )
    return mark_safe(_dress(cleaned))  # noqa: S308 - nh3 has just cleaned it


def _dress(html: str) -> str:
    """Our own classes, put on after cleaning, when no bare tag can be the author's trick.

    Wide code and tables scroll inside a focusable region, so that keys can move them.
    """
    return (
        html.replace(
            "<table>",
            '<div class="scroll" tabindex="0" role="group" aria-label="Table">'
            '<table class="table">',
        )
        .replace("</table>", "</table></div>")
        .replace("<th>", '<th scope="col">')
        .replace("<pre>", '<pre class="code" tabindex="0" role="group" aria-label="Code">')
    )
