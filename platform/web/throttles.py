"""Limits on calls of the API; they open while Redis is away, since the API can do without it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import AnonRateThrottle, UserRateThrottle

if TYPE_CHECKING:
    # rest_framework.views imports this module while it is itself being imported.
    from rest_framework.views import APIView


class VisitorThrottle(AnonRateThrottle):
    """Calls without a token or a session, by address."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the call is within the limit."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            return True


class PersonThrottle(UserRateThrottle):
    """Calls of one person."""

    def allow_request(self, request: Request, view: APIView) -> bool:
        """Whether the call is within the limit."""
        try:
            return super().allow_request(request, view)
        except RedisError:
            return True
