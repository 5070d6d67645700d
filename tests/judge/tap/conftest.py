"""Kafka's bytes made with kio's writers, a broker that answers as told, and a tap on loopback."""

from __future__ import annotations

import contextlib
import datetime
import io
import socket
import struct
import sys
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from kio.index import load_request_schema, load_response_schema
from kio.schema.errors import ErrorCode
from kio.serial import entity_writer

from judge.inside.tap import Places, Tap, start_tap_at
from judge.waiting import wait_until

BATCH_HEADER = struct.Struct(">qiibIhiqqqhiI")


class KafkaBytes:
    """Builds frames of any Produce and Metadata version."""

    def batch(self, count=3, crc=0x9ABCDEF0, pid=-1, epoch=-1, sequence=-1, body=b"x" * 40):
        length = BATCH_HEADER.size - 12 + len(body)
        return (
            BATCH_HEADER.pack(
                0, length, -1, 2, crc, 0, count - 1, 1, 1, pid, epoch, sequence, count
            )
            + body
        )

    def produce(self, version, correlation, parts, acks=-1, transactional_id=None):
        """`parts` is {(topic name or id, partition): batch bytes}."""
        schema = load_request_schema(0, version)
        made = sys.modules[schema.__module__]
        topics = [
            made.TopicProduceData(
                **self._topic(version, topic),
                partition_data=(made.PartitionProduceData(index=partition, records=records),),
            )
            for (topic, partition), records in parts.items()
        ]
        body = schema(
            transactional_id=transactional_id,
            acks=acks,
            timeout=datetime.timedelta(seconds=5),
            topic_data=tuple(topics),
        )
        header = schema.__header_schema__(
            request_api_key=0,
            request_api_version=version,
            correlation_id=correlation,
            client_id="learner",
        )
        return self._framed(header, body)

    def produced(self, version, correlation, parts):
        """`parts` is {(topic name or id, partition): base offset, or an ErrorCode}."""
        schema = load_response_schema(0, version)
        made = sys.modules[schema.__module__]
        responses = []
        for (topic, partition), result in parts.items():
            failed = isinstance(result, ErrorCode)
            part = made.PartitionProduceResponse(
                index=partition,
                error_code=result if failed else ErrorCode.none,
                base_offset=-1 if failed else result,
                **({"record_errors": ()} if version >= 8 else {}),
            )
            responses.append(
                made.TopicProduceResponse(
                    **self._topic(version, topic), partition_responses=(part,)
                )
            )
        body = schema(responses=tuple(responses), throttle_time=datetime.timedelta(0))
        return self._framed(schema.__header_schema__(correlation_id=correlation), body)

    def metadata(self, version, correlation):
        return self.request(3, version, correlation, b"\x00" * 8)

    def metadata_response(self, version, correlation, names):
        schema = load_response_schema(3, version)
        made = sys.modules[schema.__module__]
        topics = tuple(
            made.MetadataResponseTopic(
                error_code=ErrorCode.none, name=name, topic_id=topic_id, partitions=()
            )
            for topic_id, name in names.items()
        )
        body = schema(throttle_time=datetime.timedelta(0), brokers=(), topics=topics)
        return self._framed(schema.__header_schema__(correlation_id=correlation), body)

    def request(self, api, version, correlation, body=b""):
        """A request whose body nobody decodes."""
        return self.framed(struct.pack(">hhi", api, version, correlation) + body)

    def response(self, correlation, body=b""):
        return self.framed(struct.pack(">i", correlation) + body)

    def framed(self, payload):
        return struct.pack(">i", len(payload)) + payload

    def _topic(self, version, topic):
        return {"topic_id": topic} if isinstance(topic, uuid.UUID) else {"name": topic}

    def _framed(self, header, body):
        out = io.BytesIO()
        entity_writer(type(header))(out, header)
        entity_writer(type(body))(out, body)
        return self.framed(out.getvalue())


@pytest.fixture(scope="session")
def kafka_bytes() -> KafkaBytes:
    return KafkaBytes()


@dataclass
class StandInBroker:
    """Listens on loopback and calls `answer(frame)` for each frame; None means silence."""

    answer: Callable[[bytes], bytes | None] = lambda frame: None
    received: bytearray = field(default_factory=bytearray)
    frames: list[bytes] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    connections: list[socket.socket] = field(default_factory=list)
    reading: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self.reading.set()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(sock)
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        pending = b""
        while True:
            self.reading.wait()
            try:
                data = sock.recv(65536)
            except OSError:
                data = b""
            if not data:
                self.ended.set()
                return
            self.received += data
            pending += data
            while len(pending) >= 4 and len(pending) >= (end := 4 + int.from_bytes(pending[:4])):
                frame, pending = pending[:end], pending[end:]
                self.frames.append(frame)
                reply = self.answer(frame)
                if reply is not None:
                    sock.sendall(reply)

    def refuse(self):
        """Stop listening at once, although a thread waits in accept."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def close(self):
        if self.listener.fileno() >= 0:
            self.refuse()
        for sock in self.connections:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()


@pytest.fixture
def broker() -> Iterator[StandInBroker]:
    made = StandInBroker()
    yield made
    made.close()


@pytest.fixture
def tap(broker) -> Iterator[Tap]:
    made = start_tap_at(Places({1: ("127.0.0.1", 0)}, {1: broker.address}))
    yield made
    made.stop()


class Learner:
    """The program's end of one connection."""

    def __init__(self, address):
        self.sock = socket.create_connection(address)
        self.sock.settimeout(10)

    def send(self, *frames):
        self.sock.sendall(b"".join(frames))

    def read(self, count):
        got = b""
        while len(got) < count:
            more = self.sock.recv(count - len(got))
            assert more, f"closed after {len(got)} of {count} bytes"
            got += more
        return got

    def was_reset(self):
        """Wait for the end of the connection; True when it was a reset, False when a close."""
        try:
            while self.sock.recv(65536):
                pass
        except ConnectionResetError:
            return True
        return False


@pytest.fixture
def learner(tap) -> Iterator[Learner]:
    made = Learner(tap.addresses[1])
    yield made
    made.sock.close()


@pytest.fixture
def connect(tap) -> Iterator[Callable[[], Learner]]:
    made = []

    def open_one():
        made.append(Learner(tap.addresses[1]))
        return made[-1]

    yield open_one
    for one in made:
        one.sock.close()


@pytest.fixture
def eventually():
    def wait(condition, error="it did not happen"):
        return wait_until(condition, 10, error)

    return wait
