"""Makes the answer that refuses an administrative request, whatever its API and version."""

from __future__ import annotations

import datetime
import types
import typing
from dataclasses import MISSING, fields, is_dataclass
from typing import Any

from kio.index import load_response_schema
from kio.schema.errors import ErrorCode

from judge.inside.tap.answers import response_frame
from judge.inside.tap.codec import RequestHead, UndecodableError, api_name

REASON = "Faultline: the program of this lab does not administer the cluster."

_PLAIN: dict[str, Any] = {
    "string": "",
    "bytes": b"",
    "bool": False,
    "datetime_i64": datetime.datetime.fromtimestamp(0, datetime.UTC),
    "timedelta_i32": datetime.timedelta(0),
    "timedelta_i64": datetime.timedelta(0),
}
_OTHER_NAMES = {"user": "name", "topic": "name", "topic_name": "name"}
"""Fields of answers that the request calls something else."""


def refused(head: RequestHead, body: Any) -> memoryview:
    """The frame that answers a decoded request with CLUSTER_AUTHORIZATION_FAILED throughout.

    What the request lists, the answer lists: a client that misses its topic there calls the
    answer broken. Raises UndecodableError for a request that no answer can be made to.
    """
    try:
        # kio overloads by literal API numbers; ours is only known when the frame is here.
        load: Any = load_response_schema
        schema = load(head.api, head.version)
        listed = [item for f in fields(body) for item in _items(getattr(body, f.name))]
        return response_frame(_filled(schema, body, listed), head.correlation_id)
    except Exception as error:  # kio raises its own, TypeError and ValueError alike
        raise UndecodableError(f"{api_name(head.api)} is refused: {error}") from error


def _filled(schema: Any, asked: Any, listed: list[Any] | None = None) -> Any:
    """An answer of that type; `listed` are the items of its lists, by default those of its name."""
    values: dict[str, Any] = {}
    for field in fields(schema):
        made_of = _item_type(field.type)
        if made_of is not None:
            items = _items(getattr(asked, field.name, ())) if listed is None else listed
            values[field.name] = tuple(_filled(made_of, item) for item in items)
        else:
            values[field.name] = _value(field, asked)
    return schema(**values)


def _value(field: Any, asked: Any) -> Any:
    kind = field.metadata.get("kafka_type")
    if field.name == "error_message":
        return REASON
    if kind == "error_code":
        return ErrorCode.cluster_authorization_failed
    for name in (field.name, _OTHER_NAMES.get(field.name, field.name)):
        if is_dataclass(asked) and hasattr(asked, name):
            return getattr(asked, name)
    if kind == "string" and isinstance(asked, str):
        return asked
    if field.default is not MISSING:
        return field.default
    if type(None) in typing.get_args(field.type):
        return None
    return _PLAIN.get(kind, -1)


def _item_type(kind: Any) -> Any:
    """The entity that a list holds; None for what is no list of entities."""
    options = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
    for option in options:
        if typing.get_origin(option) is tuple and is_dataclass(typing.get_args(option)[0]):
            return typing.get_args(option)[0]
    return None


def _items(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else ()
