"""Asks the cluster through admin clients that are replaced once they were not answered."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from typing import Any, TypeVar

from confluent_kafka import KafkaException

from judge.inside.clients import admin

K = TypeVar("K")

Question = Callable[[Any, float], Mapping[K, "Future[Any]"]]
"""Given an admin client and its request's time-out in seconds, the futures by what was asked."""

MARGIN = 2.0
"""How many request time-outs an answer is waited for: the client itself gives up after one."""


class Asker:
    """Asks with one client for as long as it is answered.

    A client that knew a dead broker asks that one for ten seconds and more, so the next question
    goes out with a new client. The old one is closed here, on the thread that asked: if Python
    happened to throw it away on librdkafka's own thread instead, the process would abort.
    """

    def __init__(self, bootstrap: Callable[[], str], timeout_s: float = 1.0) -> None:
        """`bootstrap` gives the addresses of the live brokers; nothing is asked yet."""
        self._servers, self._timeout_s = bootstrap, timeout_s
        self._client: Any = None

    def ask(self, question: Question[K]) -> dict[K, Any]:
        """The answer for each thing asked for; a KafkaException or TimeoutError is one as well."""
        if self._client is None:
            self._client = admin(self._servers())
        deadline = time.monotonic() + self._timeout_s * MARGIN
        answers: dict[K, Any] = {}
        for asked, future in question(self._client, self._timeout_s).items():
            try:
                answers[asked] = future.result(max(0.0, deadline - time.monotonic()))
            except (KafkaException, TimeoutError) as failed:
                answers[asked] = failed
        if any(isinstance(answer, Exception) for answer in answers.values()):
            self.close()
        return answers

    def close(self) -> None:
        """Close the client; the next question makes a new one."""
        client, self._client = self._client, None
        if client is not None:
            client.__exit__(None, None, None)


def error_name(failed: Exception) -> str:
    """Kafka's name of what went wrong; `_TIMED_OUT` when nothing was heard at all."""
    return str(failed.args[0].name()) if isinstance(failed, KafkaException) else "_TIMED_OUT"
