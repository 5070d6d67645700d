"""What the base template of every page needs to know."""

from __future__ import annotations

from django.http import HttpRequest

THEMES = (("", "System"), ("light", "Light"), ("dark", "Dark"))


def page(request: HttpRequest) -> dict[str, object]:
    """The colours chosen by hand ("" follows the system) and the part of the site."""
    theme = request.COOKIES.get("theme", "")
    return {
        "theme": theme if theme in dict(THEMES) else "",
        "theme_choices": THEMES,
        "part": request.path.split("/")[1],
    }
