"""Reads the few Kafka messages that are evidence, with kio's types and native reader."""

from __future__ import annotations

import struct
from functools import cache
from typing import Any, NamedTuple

from kio.index import KioIndexError, load_request_schema, load_response_schema
from kio.schema.errors import ErrorCode
from kio.schema.index import api_key_map
from kio.serial import entity_reader

from judge.inside.tap.frames import SIZE_BYTES

PRODUCE = 0
FETCH = 1
METADATA = 3

_REQUEST_HEAD = struct.Struct(">hhi")
API_VERSIONS = 18

_WARM = (
    (PRODUCE, 10), (PRODUCE, 13), (METADATA, 12), (METADATA, 13),
    (API_VERSIONS, 3), (API_VERSIONS, 4),
)  # fmt: skip
"""What librdkafka 2.16 and the Java client 4.3 send to Kafka 4.3; loading one costs 5 ms."""


_NUMBERS = {name: number for number, name in api_key_map.items()}


class UndecodableError(Exception):
    """A frame that cannot be read cannot be recorded, and so is not passed on."""


class RequestHead(NamedTuple):
    """The fields that every request begins with."""

    api: int
    version: int
    correlation_id: int


def read_head(frame: memoryview) -> RequestHead:
    """The head of a whole request frame. Raises UndecodableError on an API Kafka lacks."""
    head = RequestHead(*_REQUEST_HEAD.unpack_from(frame, SIZE_BYTES))
    if head.api not in api_key_map:
        raise UndecodableError(f"Kafka has no API {head.api}")
    return head


def read_request(head: RequestHead, frame: memoryview) -> tuple[Any, Any]:
    """Header and body of a request. Raises UndecodableError unless every byte was understood."""
    header_reader, body_reader = _readers(head.api, head.version, request=True)
    header, body, read_bytes = _read(header_reader, body_reader, frame)
    if read_bytes != len(frame):
        # Kafka ignores what follows the body. We do not know what it would make of it.
        raise UndecodableError(f"{len(frame) - read_bytes} bytes follow the request")
    return header, body


def read_response(api: int, version: int, frame: memoryview) -> Any:
    """Body of a response to that API and version. Raises UndecodableError."""
    header_reader, body_reader = _readers(api, version, request=False)
    return _read(header_reader, body_reader, frame)[1]


def read_client_id(head: RequestHead, frame: memoryview) -> str | None:
    """What the sender of a request calls itself; None also where its header cannot be read."""
    try:
        header_reader, _ = _readers(head.api, head.version, request=True)
        client_id: str | None = header_reader(frame, SIZE_BYTES)[0].client_id
    except Exception:  # a client may ask in a version that only its broker can refuse
        return None
    return client_id


def error_name(code: ErrorCode) -> str | None:
    """Kafka's own name of an error, as in NOT_LEADER_OR_FOLLOWER; None for success."""
    return None if code is ErrorCode.none else code.name.upper()


def api_name(api: int) -> str:
    """An API's name as in Kafka's protocol guide, in snake case: `produce`, `delete_topics`."""
    return api_key_map[api]


def api_number(name: str) -> int | None:
    """The number of the API with that name; None when Kafka has none."""
    return _NUMBERS.get(name)


def warm_up() -> None:
    """Load what the usual clients need, so that no learner's first request pays for it."""
    for api, version in _WARM:
        _readers(api, version, request=True)
        _readers(api, version, request=False)


@cache
def _readers(api: int, version: int, *, request: bool) -> tuple[Any, Any]:
    try:
        # kio overloads by literal API numbers; ours is only known when the frame is here.
        load: Any = load_request_schema if request else load_response_schema
        schema = load(api, version)
    except KioIndexError as error:
        raise UndecodableError(f"no {api_name(api)} version {version}") from error
    return entity_reader(schema.__header_schema__), entity_reader(schema)


def _read(header_reader: Any, body_reader: Any, frame: memoryview) -> tuple[Any, Any, int]:
    try:
        header, header_bytes = header_reader(frame, SIZE_BYTES)
        body, body_bytes = body_reader(frame, SIZE_BYTES + header_bytes)
    except Exception as error:  # kio raises its own, ValueError and UnicodeDecodeError alike
        raise UndecodableError(f"{type(error).__name__}: {error}") from error
    return header, body, SIZE_BYTES + header_bytes + body_bytes
