"""Who may see an attempt: its owner, and instructors. To everybody else it does not exist."""

from __future__ import annotations

from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import QuerySet
from django.http import Http404, HttpRequest

from accounts.models import Role
from attempts.models import Attempt


def visible_attempts(user) -> QuerySet[Attempt]:
    """The attempts this user may read."""
    if not user.is_authenticated:
        return Attempt.objects.none()
    everybody = user.has_role(Role.INSTRUCTOR)
    return Attempt.objects.all() if everybody else Attempt.objects.filter(user=user)


def attempt_for(user, uid: str) -> Attempt:
    """The attempt of that name. Raises Http404 for another's, as for one that never was."""
    found = visible_attempts(user).select_related("submission", "user").filter(uid=uid).first()
    if found is None:
        raise Http404("no such attempt")
    return found


def own_attempt(user, uid: str) -> Attempt:
    """As `attempt_for`, but for acting on it: only the owner may. Raises Http404."""
    found = attempt_for(user, uid)
    if found.user_id != user.pk:
        raise Http404("not yours")
    return found


def still_allowed(session: SessionBase, attempt_id: int) -> bool:
    """Whether the session behind an open stream may still see the attempt, read afresh."""
    request = HttpRequest()
    request.session = type(session)(session.session_key)
    user = get_user(request)
    return visible_attempts(user).filter(pk=attempt_id).exists()
