"""Slows down guessing of passwords: too many wrong ones and log-in closes for a while."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest
from django.utils import timezone

from accounts.models import FailedLogIn

WINDOW = timedelta(minutes=15)
# A name is guessed at; an address guesses. One address may be a whole office, hence more.
MOST_PER_NAME = 6
MOST_PER_ADDRESS = 40


def is_closed(request: HttpRequest, username: str) -> bool:
    """Whether this name, or this address, has used up its wrong passwords of 15 minutes."""
    recent = FailedLogIn.objects.filter(at__gt=timezone.now() - WINDOW)
    return (
        recent.filter(username=_folded(username)).count() >= MOST_PER_NAME
        or recent.filter(address=_address(request)).count() >= MOST_PER_ADDRESS
    )


def note_failure(request: HttpRequest, username: str) -> None:
    """Count one wrong password, and forget those that no longer count."""
    FailedLogIn.objects.filter(at__lte=timezone.now() - WINDOW).delete()
    FailedLogIn.objects.create(username=_folded(username), address=_address(request))


def forget_failures(username: str) -> None:
    """The right password was given: earlier slips of this name no longer count."""
    FailedLogIn.objects.filter(username=_folded(username)).delete()


def _folded(username: str) -> str:
    return username.strip().lower()[:150]


def _address(request: HttpRequest) -> str | None:
    return request.META.get("REMOTE_ADDR") or None
