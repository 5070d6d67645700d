"""Responses of our own making: the broker's with an error put in, or one that it never gave."""

from __future__ import annotations

import datetime
import io
import struct
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from kio.index import load_response_schema
from kio.schema.errors import ErrorCode
from kio.serial import entity_writer

from judge.inside.tap.produce import Batch, Place, TopicKey, topic_key_of

_INT32 = struct.Struct(">i")
_RECORD_ERRORS_FROM = 8
"""The Produce version from which a partition's answer lists the records at fault."""


def produce_refusal(version: int, batches: Iterable[Batch], error: ErrorCode) -> Any:
    """The body of a Produce response that refuses every one of `batches`."""
    # kio overloads by literal numbers, and has one class for each version.
    load: Any = load_response_schema
    schema = load(0, version)
    made = sys.modules[schema.__module__]
    parts: dict[TopicKey, list[Any]] = {}
    extra: dict[str, Any] = {"record_errors": ()} if version >= _RECORD_ERRORS_FROM else {}
    for batch in batches:
        part = made.PartitionProduceResponse(
            index=batch.partition, error_code=error, base_offset=-1, **extra
        )
        parts.setdefault(batch.topic_key, []).append(part)
    responses = tuple(
        made.TopicProduceResponse(
            **{"name" if isinstance(key, str) else "topic_id": key},
            partition_responses=tuple(answers),
        )
        for key, answers in parts.items()
    )
    return schema(responses=responses, throttle_time=datetime.timedelta(0))


def produced_with_error(body: Any, error: ErrorCode, wanted: Callable[[Place], bool]) -> Any:
    """A Produce response's body with `error` at every partition that is `wanted`."""

    def changed(topic: Any, part: Any) -> Any:
        if not wanted((topic_key_of(topic), part.index)):
            return part
        return replace(part, error_code=error, base_offset=-1)

    return replace(
        body,
        responses=tuple(
            replace(
                topic,
                partition_responses=tuple(changed(topic, p) for p in topic.partition_responses),
            )
            for topic in body.responses
        ),
    )


def with_error(body: Any, error: ErrorCode) -> Any:
    """Any response's body with `error` at each place where Kafka would put one."""
    if isinstance(body, tuple):
        return tuple(with_error(item, error) for item in body)
    if not is_dataclass(body):
        return body
    changes: dict[str, Any] = {}
    for field in fields(body):
        value = getattr(body, field.name)
        if isinstance(value, ErrorCode):
            changes[field.name] = error
        elif isinstance(value, tuple) or is_dataclass(value):
            changes[field.name] = with_error(value, error)
    return replace(body, **changes)  # type: ignore[type-var]


def response_frame(body: Any, correlation_id: int) -> memoryview:
    """A whole response frame, length and header included."""
    out = io.BytesIO(bytes(_INT32.size))
    out.seek(_INT32.size)
    header = type(body).__header_schema__(correlation_id=correlation_id)
    entity_writer(type(header))(out, header)
    entity_writer(type(body))(out, body)
    frame = bytearray(out.getvalue())
    _INT32.pack_into(frame, 0, len(frame) - _INT32.size)
    return memoryview(bytes(frame))
