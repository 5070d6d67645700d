"""Tries settings on a real client that reaches nobody: what it says of them is the verdict."""

from __future__ import annotations

from collections.abc import Mapping

from confluent_kafka import Consumer, KafkaException, Producer

from judge.client_keys import CONSUMER

_ALIASES = {
    "queue.buffering.max.ms": "linger.ms",
    "compression.codec": "compression.type",
    "request.required.acks": "acks",
    "message.send.max.retries": "retries",
    "message.timeout.ms": "delivery.timeout.ms",
    "max.in.flight.requests.per.connection": "max.in.flight",
    "fetch.message.max.bytes": "max.partition.fetch.bytes",
}
"""librdkafka complains by its own names, also of a setting that was given by another."""


def why_refused(role: str, settings: Mapping[str, str]) -> str | None:
    """Why no client of that role can be made of `settings`; None when one can.

    Makes one and throws it away: 1–5 ms, no connection, no log line.
    """
    quiet = {"log_level": 0, **settings}
    try:
        if role == CONSUMER:
            Consumer({**quiet, "group.id": "trial"}).close()
        else:
            Producer(quiet)
    except KafkaException as refused:
        return _in_their_words(refused.args[0].str(), settings)
    except (TypeError, ValueError) as refused:
        return str(refused)
    return None


def _in_their_words(message: str, settings: Mapping[str, str]) -> str:
    for own, usual in _ALIASES.items():
        if usual in settings and own not in settings:
            message = message.replace(own, usual)
    return message.strip()
