"""The settings that are in force, as the brokers themselves tell them: topics' and brokers'."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from functools import partial
from typing import Any, Literal

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import ConfigResource, ConfigSource  # type: ignore[attr-defined]

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.observers.asking import Asker, error_name

REQUEST_TIMEOUT_S = 2.0
TIMEOUT_S = 15.0

When = Literal["begin", "end"]

Settings = dict[str, str | None]
"""Value by name; None where Kafka keeps the value to itself (passwords)."""


def topic_settings(
    bootstrap: Callable[[], str], topics: Iterable[str]
) -> dict[str, Settings | None]:
    """Every setting of each topic as it is in force, defaults included; None: no such topic.

    Any broker answers from its own copy of the metadata, so a change counts here once that
    broker has heard of it: within milliseconds while the quorum is well.

    Raises JudgeError `settings-not-read`.
    """
    names = list(topics)
    answers = _ask(bootstrap, [ConfigResource(ConfigResource.Type.TOPIC, name) for name in names])
    return {
        name: None if answer is None else _values(answer)
        for name, answer in zip(names, answers, strict=True)
    }


def broker_settings(bootstrap: Callable[[], str], brokers: Iterable[int]) -> dict[int, Settings]:
    """What each broker was told: its file's settings and what was changed since, no defaults.

    Raises JudgeError `settings-not-read`, for instance when one of `brokers` does not live.
    """
    ids = list(brokers)
    answers = _ask(
        bootstrap, [ConfigResource(ConfigResource.Type.BROKER, str(broker)) for broker in ids]
    )
    told = {}
    for broker, answer in zip(ids, answers, strict=True):
        entries = answer or {}
        own = {n: e for n, e in entries.items() if e.source != ConfigSource.DEFAULT_CONFIG.value}
        told[broker] = _values(own)
    return told


def note_settings(
    bootstrap: Callable[[], str],
    topics: Sequence[str],
    brokers: Sequence[int],
    when: When,
    note: Callable[[Op], None],
    now_ms: Callable[[], float],
) -> None:
    """Note `metadata/config` for each topic and each of the live `brokers`.

    A topic that does not exist is noted as `fail` with Kafka's error. A broker's op has `broker`
    and no topic, and names only what differs from Kafka's defaults.

    Raises JudgeError `settings-not-read`.
    """
    for topic, settings in topic_settings(bootstrap, topics).items():
        if settings is None:
            outcome, error = "fail", "UNKNOWN_TOPIC_OR_PART"
        else:
            outcome, error = "info", None
        detail = {**(settings or {}), "_when": when}
        note(Op(now_ms(), "metadata", outcome, "config", topic=topic, error=error, detail=detail))
    for broker, settings in broker_settings(bootstrap, brokers).items():
        detail = {**settings, "_when": when}
        note(Op(now_ms(), "metadata", "info", "config", broker=broker, detail=detail))


def _ask(bootstrap: Callable[[], str], resources: Sequence[Any]) -> list[Mapping[str, Any] | None]:
    """One answer a resource, None for a topic that does not exist."""
    deadline, answers = time.monotonic() + TIMEOUT_S, dict[Any, Mapping[str, Any] | None]()
    asker = Asker(bootstrap, REQUEST_TIMEOUT_S)
    while missing := [resource for resource in resources if resource not in answers]:
        for resource, answer in asker.ask(partial(_question, missing)).items():
            if not isinstance(answer, Exception):
                answers[resource] = answer
            elif _code(answer) == KafkaError.UNKNOWN_TOPIC_OR_PART:
                answers[resource] = None
            elif time.monotonic() > deadline:
                asker.close()
                raise JudgeError(
                    "settings-not-read",
                    f"{resource} did not tell its settings: {error_name(answer)}",
                )
    asker.close()
    return [answers[resource] for resource in resources]


def _question(resources: Sequence[Any], client: Any, timeout_s: float) -> dict[Any, Future[Any]]:
    topics = [resource for resource in resources if resource.restype.name == "TOPIC"]
    # librdkafka takes one broker a request, and refuses several with _CONFLICT.
    others = [[resource] for resource in resources if resource.restype.name != "TOPIC"]
    asked: dict[Any, Future[Any]] = {}
    for each in (topics, *others):
        if each:
            asked.update(client.describe_configs(each, request_timeout=timeout_s))
    return asked


def _code(failed: Exception) -> int | None:
    return failed.args[0].code() if isinstance(failed, KafkaException) else None


def _values(entries: Mapping[str, Any]) -> Settings:
    return {name: entries[name].value for name in sorted(entries)}
