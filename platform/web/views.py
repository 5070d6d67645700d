"""The home page, and the choice of colours."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from web.context import THEMES
from web.front_page import chapters, families, next_step
from web.onward import onward

ONE_YEAR_S = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    """Leads a first visitor to the first lesson, and everybody else to where they left off."""
    course = chapters(request)
    seen = {
        "step": next_step(request),
        "chapters": course,
        "lessons": sum(len(chapter.lessons) for chapter in course),
        "read": sum(chapter.read for chapter in course),
        "families": families(request),
    }
    return render(request, "web/home.html", seen)


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Keeps light or dark in a cookie, or forgets it, and returns to the page."""
    response = HttpResponseRedirect(onward(request))
    theme = request.POST.get("theme", "")
    if theme and theme in dict(THEMES):
        response.set_cookie(
            "theme", theme, max_age=ONE_YEAR_S, samesite="Lax", secure=request.is_secure()
        )
    else:
        response.delete_cookie("theme")
    return response
