"""A learner's error as the API says it: 422 with code, message and file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework import serializers, status
from rest_framework.exceptions import APIException

from judge.errors import LearnerError


class Refusal(serializers.Serializer):
    """Why something was refused; `code` is a stable word."""

    code = serializers.CharField()
    message = serializers.CharField()
    file = serializers.CharField(allow_blank=True)


class RefusedError(APIException):
    """Carries a LearnerError to the client."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY

    def __init__(self, error: LearnerError) -> None:
        super().__init__()
        self.detail = {"code": error.code, "message": error.message, "file": error.file}


@contextmanager
def refusing() -> Iterator[None]:
    """Turn a LearnerError of the block into an answer of the API."""
    try:
        yield
    except LearnerError as refused:
        raise RefusedError(refused) from refused
