"""Signs of the design language, as template tags; built in, so no page has to load them."""

from __future__ import annotations

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()

# name: (symbol in the sprite, class that sets the colour, wide?)
SIGNS: dict[str, tuple[str, str, bool]] = {
    "ack": ("ack", "ack", False),
    "lost": ("lost", "lost", False),
    "duplicate": ("dup", "dup", False),
    "reordered": ("order", "dup", False),
    "refused": ("refused", "refused", False),
    "doubt": ("doubt", "doubt", False),
    "leader": ("leader", "lead", False),
    "follower": ("follower", "follow", False),
    "out": ("out", "dead", False),
    "dead": ("dead", "dead", False),
    "fault": ("fault", "", False),
    "pass": ("t-pass", "pass", True),
    "fail": ("t-fail", "fail", True),
    "inconclusive": ("t-open", "open", True),
    "running": ("t-run", "", True),
    "not-run": ("t-none", "muted", True),
    "info": ("info", "muted", False),
    "error": ("err", "", False),
    "record": ("rec", "", False),
    "play": ("play", "", False),
    "pause": ("pause", "", False),
    "note": ("note", "", False),
    "lock": ("lock", "", False),
}


@register.simple_tag
def sign(name: str, label: str = "", colour: str | None = None) -> SafeString:
    """The sign of that name. Give `label` only where no word stands beside it.

    `colour` overrides the sign's own colour class; "" takes the colour of the text.

    Raises:
        template.TemplateSyntaxError: no such sign.
    """
    if name not in SIGNS:
        known = ", ".join(SIGNS)
        raise template.TemplateSyntaxError(f"no sign is called {name!r}; there are: {known}")
    symbol, own, wide = SIGNS[name]
    classes = " ".join(
        part for part in ("g", "g-trace" if wide else "", own if colour is None else colour) if part
    )
    box = "0 0 28 16" if wide else "0 0 16 16"
    if label:
        return format_html(
            '<svg class="{}" viewBox="{}" role="img" aria-label="{}"><use href="#g-{}"/></svg>',
            classes, box, label, symbol,
        )  # fmt: skip
    return format_html(
        '<svg class="{}" viewBox="{}" aria-hidden="true"><use href="#g-{}"/></svg>',
        classes, box, symbol,
    )  # fmt: skip


@register.simple_tag
def address(name: str, *args: object, **kwargs: object) -> str:
    """Like `url`, but "" when no page has that name; for links to parts that may be left out."""
    try:
        return reverse(name, args=args or None, kwargs=kwargs or None)
    except NoReverseMatch:
        return ""
