"""The few marks that our pictures are made of. Text is escaped; numbers get one decimal."""

from __future__ import annotations

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def number(value: float) -> str:
    """A coordinate: never grouped by thousands as text on a page is."""
    return f"{value:.1f}".removesuffix(".0")


def rect(css: str, x: float, y: float, width: float, height: float) -> SafeString:
    """A box. A width below zero is none."""
    return format_html(
        '<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>',
        css, number(x), number(y), number(max(width, 0)), number(height),
    )  # fmt: skip


def path(css: str, d: str) -> SafeString:
    """A line through coordinates that the caller wrote."""
    return format_html('<path class="{}" d="{}"/>', css, d)


def text(css: str, x: float, y: float, words: str, anchor: str = "start") -> SafeString:
    """A label; `anchor` is start, middle or end."""
    return format_html(
        '<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>',
        css, number(x), number(y), anchor, words,
    )  # fmt: skip


def drawing(
    width: int, height: int, title: str, description: str, key: str, marks: list[SafeString]
) -> SafeString:
    """The whole picture with its name and description; `key` makes their ids unique."""
    return format_html(
        '<svg class="swim" viewBox="0 0 {} {}" role="img" aria-labelledby="{}-t {}-d">'
        '<title id="{}-t">{}</title><desc id="{}-d">{}</desc>{}</svg>',
        str(width), str(height), key, key, key, title, key, description,
        format_html_join("", "{}", ((mark,) for mark in marks)),
    )  # fmt: skip


def seconds(t_ms: float) -> str:
    """A moment as it is read: 3.02."""
    return f"{t_ms / 1000:.2f}"
