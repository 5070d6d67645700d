"""Makes API tokens and knows whose a token is."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.models import ApiToken, User

KEYWORD = "Token"
# Writing the time of each use would turn every read of the API into a write.
USED_AT_GRAIN = timedelta(minutes=10)


def make_token(user: User, label: str) -> str:
    """A new token in plain text; it can be shown only now."""
    token = f"fl_{secrets.token_urlsafe(32)}"
    ApiToken.objects.create(user=user, label=label, digest=_digest(token))
    return token


def _digest(token: str) -> str:
    # The token has 256 random bits, so a plain hash is as good as a slow one.
    return hashlib.sha256(token.encode()).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Token fl_…`"""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """The token's owner; None when the request carries no token.

        Raises:
            AuthenticationFailed: a token that is malformed, unknown or of a closed account.
        """
        parts = get_authorization_header(request).split()
        if not parts or parts[0].lower() != KEYWORD.lower().encode():
            return None
        if len(parts) != 2:
            raise AuthenticationFailed(f"Write: Authorization: {KEYWORD} fl_…")
        digest = _digest(parts[1].decode("latin-1"))
        token = ApiToken.objects.select_related("user").filter(digest=digest).first()
        if token is None or not token.user.is_active:
            raise AuthenticationFailed("No such token. Make a new one on your account page.")
        _note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        """What a 401 asks for."""
        return KEYWORD


def _note_use(token: ApiToken) -> None:
    now = timezone.now()
    if token.used_at is None or now - token.used_at > USED_AT_GRAIN:
        ApiToken.objects.filter(pk=token.pk).update(used_at=now)
