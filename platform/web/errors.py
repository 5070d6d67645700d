"""The pages for what went wrong: each says whose move it is."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string


def _answer(request: HttpRequest, status: int, heading: str, remedy: str) -> HttpResponse:
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": f"{heading} {remedy}"}, status=status)
    seen = {"status": status, "heading": heading, "remedy": remedy}
    return render(request, "web/error.html", seen, status=status)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request itself makes no sense."""
    return _answer(
        request,
        400,
        "That request made no sense to us.",
        "Go back and try again. If you came by a link, the link is at fault.",
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: logged in or not, this person may not see it."""
    return _answer(
        request,
        403,
        "This page is not yours to see.",
        "Log in with the account it belongs to.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing lives at this address."""
    return _answer(
        request,
        404,
        "Nothing lives at this address.",
        "It may have moved. The course lists every lesson and every lab.",
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was older than the session, or cookies are off."""
    return _answer(
        request,
        403,
        "The form was too old to be trusted.",
        "Go back, reload the page and send it again. Your browser must accept our cookie.",
    )


def server_error(request: HttpRequest) -> HttpResponse:
    """500: ours. Rendered without the database, which may be what failed."""
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": "We failed. Nothing was counted against you."}, status=500)
    return HttpResponse(render_to_string("web/500.html"), status=500)
