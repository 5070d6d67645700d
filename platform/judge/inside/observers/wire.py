"""Asks one broker one question of Kafka's protocol, over a plain connection, with kio's types.

Groups are asked about in this way since librdkafka's admin client must not: when a coordinator
moves, `list_consumer_group_offsets` crashes the whole process (librdkafka issue 5040, seen here
with 2.16.0 in two of four kills of a coordinator), or answers that nothing was ever committed.
"""

from __future__ import annotations

import io
import socket
import struct
import time
from functools import cache
from typing import Any

from kio.index import load_response_schema
from kio.serial import entity_reader, entity_writer
from kio.serial.readers import Reader
from kio.static.primitive import i32

Address = tuple[str, int]

_SIZE = struct.Struct(">i")
_CLIENT_ID = "faultline-observer"
LONGEST_ANSWER_BYTES = 16 << 20


class Wire:
    """Connections to brokers, made when first needed. Not thread-safe: one observer asks."""

    def __init__(self, timeout_s: float) -> None:
        """`timeout_s` bounds each question, from its connection to the last byte of the answer."""
        self._timeout_s = timeout_s
        self._open: dict[Address, socket.socket] = {}
        self._asked = 0

    def ask(self, address: Address, request: Any) -> Any:
        """The answer to a request of kio's.

        Raises OSError (TimeoutError too) when there is none; the connection is closed then.
        """
        deadline_s = time.monotonic() + self._timeout_s
        self._asked += 1
        frame = _frame(request, self._asked)
        try:
            connection = self._connection(address, deadline_s)
            connection.sendall(_SIZE.pack(len(frame)) + frame)
            (size,) = _SIZE.unpack(_receive(connection, _SIZE.size, deadline_s))
            if not 0 < size <= LONGEST_ANSWER_BYTES:
                raise ConnectionError(f"an answer of {size} bytes")
            body = _receive(connection, size, deadline_s)
            header_reader, reader = _readers(request.__api_key__, request.__version__)
            header, at = header_reader(body, 0)
            if header.correlation_id != self._asked:
                raise ConnectionError("an answer to another question")
        except OSError:
            self.close(address)
            raise
        return reader(body, at)[0]

    def close(self, address: Address | None = None) -> None:
        """Close the connection to `address`, or all."""
        for each in [address] if address is not None else list(self._open):
            if (connection := self._open.pop(each, None)) is not None:
                connection.close()

    def _connection(self, address: Address, deadline_s: float) -> socket.socket:
        if address not in self._open:
            self._open[address] = socket.create_connection(address, _left_s(deadline_s))
        self._open[address].settimeout(_left_s(deadline_s))
        return self._open[address]


@cache
def _readers(api: int, version: int) -> tuple[Reader[Any], Reader[Any]]:
    kind = load_response_schema(api, version)
    return entity_reader(kind.__header_schema__), entity_reader(kind)


def _frame(request: Any, number: int) -> bytes:
    header_kind = request.__header_schema__
    header = header_kind(
        request_api_key=request.__api_key__,
        request_api_version=request.__version__,
        correlation_id=i32(number),
        client_id=_CLIENT_ID,
    )
    frame = io.BytesIO()
    entity_writer(header_kind)(frame, header)
    entity_writer(type(request))(frame, request)
    return frame.getvalue()


def _receive(connection: socket.socket, size: int, deadline_s: float) -> bytes:
    data = bytearray()
    while len(data) < size:
        connection.settimeout(_left_s(deadline_s))
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise ConnectionError("the broker closed the connection")
        data += chunk
    return bytes(data)


def _left_s(deadline_s: float) -> float:
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s
