"""Where a form leads next: to a page of ours, whatever its address says."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def onward(request: HttpRequest) -> str:
    """Where the person wanted to go, when that is a page of ours; else the home page."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        target, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A word without a slash is no page of ours, but a part of this one's address.
    return target if ours and target.startswith("/") else reverse("home")
