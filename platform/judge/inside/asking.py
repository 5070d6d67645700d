"""Asks a broker from the program's side, through the tap, and takes the time of its answer."""

from __future__ import annotations

import socket
import struct
import time

from judge.inside.network import CLIENT_PORT, broker_ip
from judge.inside.reach import socket_in
from judge.inside.run_state import RunState

_CORRELATION = 7
_NAME = b"judge-probe"
_API_VERSIONS = struct.pack(">hhih", 18, 0, _CORRELATION, len(_NAME)) + _NAME
_QUESTION = struct.pack(">i", len(_API_VERSIONS)) + _API_VERSIONS
"""ApiVersions v0, which every broker answers without being asked for anything else first."""


def answered_after_ms(run: RunState, broker: int, timeout_s: float) -> float | None:
    """Milliseconds from a question to its answer on a new connection, None for no answer.

    The connect is not part of it: the tap answers that, and so is never slow in it.
    """
    with socket_in(run.stage.network.learner_ns) as wire:
        wire.settimeout(timeout_s)
        try:
            wire.connect((broker_ip(broker), CLIENT_PORT))
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            asked_s = time.monotonic()
            wire.sendall(_QUESTION)
            answer = wire.recv(8, socket.MSG_WAITALL)
        except OSError:  # no answer in time, or a connection that broke
            return None
        if len(answer) < 8 or struct.unpack_from(">i", answer, 4)[0] != _CORRELATION:
            return None
        return round((time.monotonic() - asked_s) * 1000, 3)
