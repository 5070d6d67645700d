"""Moves what a guest did to the account that the same person logs in to."""

from __future__ import annotations

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from accounts.models import User


def move_guest_work(guest: User, owner: User) -> None:
    """Let every app move its rows, then remove the guest; all of it or nothing.

    The movers are functions `move(guest, owner)` named in settings.GUEST_WORK_MOVERS, because
    the apps that hold the work lie above this one and may not be imported here.
    """
    if not guest.is_guest or guest.pk == owner.pk:
        return
    with transaction.atomic():
        for path in settings.GUEST_WORK_MOVERS:
            import_string(path)(guest, owner)
        guest.delete()
