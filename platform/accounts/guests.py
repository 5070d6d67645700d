"""Makes a guest's row at their first write, so that nobody has to sign up to begin."""

from __future__ import annotations

import secrets

from django.contrib.auth import login
from django.http import HttpRequest

from accounts.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


def ensure_person(request: HttpRequest) -> User:
    """Who is asking; a new guest, kept by the session, when nobody is logged in.

    Call it where something is about to be written, never to show a page: a visitor who only
    reads leaves no row behind.
    """
    if request.user.is_authenticated:
        return request.user
    guest = User(username=f"guest-{secrets.token_hex(8)}", name="Guest", is_guest=True)
    guest.set_unusable_password()
    guest.save()
    # Log-in changes the token of forms, which would make every form already on the page, or in
    # another tab, too old. A guest had nothing before that an older token could reach.
    token = request.META.get("CSRF_COOKIE")
    login(request, guest, backend=BACKEND)
    if token:
        request.META["CSRF_COOKIE"] = token
    return guest
