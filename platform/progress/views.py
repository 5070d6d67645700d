"""The list of labs and the page of one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from accounts.models import Role
from attempts.work import work_of
from catalog.find import lab_or_404
from catalog.shelf import shelf
from progress.lab_page import lab_context
from progress.proven import STANDINGS, standing


@require_safe
def labs(request: HttpRequest) -> HttpResponse:
    """Every lab with how far this learner is; broken ones for those who can mend them."""
    found, work = shelf(), work_of(request.user)
    rows = [(row.lab, STANDINGS[standing(row.lab, work)]) for row in found if row.lab]
    mends = request.user.is_authenticated and request.user.has_role(Role.INSTRUCTOR)
    broken = [row for row in found if row.error] if mends else []
    seen = {"rows": rows, "broken": broken, "standings": STANDINGS.values()}
    return render(request, "progress/labs.html", seen)


@require_safe
@ensure_csrf_cookie
def lab(request: HttpRequest, slug: str) -> HttpResponse:
    """One lab: brief, stages, editor. Reading makes no guest; the first save does."""
    found = lab_or_404(slug)
    seen = lab_context(request.user, found, request.GET.get("stage", ""))
    return render(request, "progress/lab.html", seen)
