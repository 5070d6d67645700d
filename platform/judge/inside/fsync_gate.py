"""Stands between a broker and its disk: each call that forces data out waits for our word."""

from __future__ import annotations

import fcntl
import heapq
import os
import select
import socket
import struct
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from judge.inside.notify_filter import install_notify_filter, notify_filter

SYNCS = ("fsync", "fdatasync", "msync", "sync_file_range")
METADATA = "__cluster_metadata-"

_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_ASKED = struct.Struct("=QII iIQ 6Q")
"""struct seccomp_notif: id, pid, flags, then number, architecture, instruction, six arguments."""
_ANSWER = struct.Struct("=QqiI")
_GO_ON = 1
_LOOK_MS = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a sync: it waits for `delay_s`, then goes on, or fails with `error`.

    files: `partitions` (a log that clients write), `metadata` (the quorum's) or `all`, which
    has checkpoints and mapped indexes besides.
    """

    delay_s: float = 0.0
    error: int = 0
    files: str = "all"


OPEN = Plan()


class FsyncGate:
    """The gate of one life of a broker; `enter` in the child, `open` in the parent.

    It uses seccomp's user notification, which needs no rights and is there for as long as the
    process lives: 50 us for each call while nothing is planned. `plan` may be changed any time.

    struck: how many calls met a plan. file: the last that one was for, "" for a mapped one.
    waited_s: how long the last that was let go had waited.
    """

    def __init__(self) -> None:
        self._ours, self._theirs = socket.socketpair()
        self._listener = -1
        self._held: list[tuple[float, int, float]] = []
        self.plan = OPEN
        self.struck, self.file = 0, ""
        self.waited_s = 0.0

    @property
    def held(self) -> int:
        """How many calls wait at this moment."""
        return len(self._held)

    def prepare(self) -> None:
        """Make the filter, which a fork is no place for."""
        notify_filter(SYNCS)

    def enter(self) -> None:
        """Put the calling process behind the gate, for good. Before its exec; raises OSError."""
        listener = install_notify_filter(SYNCS)
        socket.send_fds(self._theirs, [b"."], [listener])
        os.close(listener)

    def open(self) -> None:
        """Begin to answer; until then the process waits at its first sync."""
        self._theirs.close()
        _, (self._listener,), _, _ = socket.recv_fds(self._ours, 1, 1)
        self._ours.close()
        threading.Thread(target=self._serve, name="fsync-gate", daemon=True).start()

    def _serve(self) -> None:
        poll = select.poll()
        poll.register(self._listener, select.POLLIN)
        with os.fdopen(self._listener, "rb", buffering=0):
            while True:
                events = poll.poll(_LOOK_MS if self._held else None)
                if events and events[0][1] & select.POLLIN:
                    with suppress(OSError):  # it was killed, or interrupted and will ask anew
                        self._take(time.monotonic())
                elif events:
                    return  # the last process behind the gate is gone
                self._let_go(time.monotonic())

    def _take(self, now_s: float) -> None:
        asked = bytearray(_ASKED.size)
        fcntl.ioctl(self._listener, _RECEIVE, asked)
        number, pid, _, _, _, _, fd, *_ = _ASKED.unpack(asked)
        plan = self.plan
        file = "" if plan == OPEN else _file_of(pid, fd)
        if plan == OPEN or not _is_meant(plan.files, file):
            self._answer(number, 0)
            return
        self.struck, self.file = self.struck + 1, file
        if plan.error:
            self._answer(number, plan.error)
        else:
            heapq.heappush(self._held, (now_s + plan.delay_s, number, now_s))

    def _let_go(self, now_s: float) -> None:
        while self._held and (self._held[0][0] <= now_s or self.plan == OPEN):
            _, number, since_s = heapq.heappop(self._held)
            self.waited_s = now_s - since_s
            self._answer(number, 0)

    def _answer(self, number: int, error: int) -> None:
        with suppress(OSError):  # whoever asked is gone
            answer = _ANSWER.pack(number, 0, -error, 0 if error else _GO_ON)
            fcntl.ioctl(self._listener, _SEND, answer)


def _file_of(pid: int, fd: int) -> str:
    """Folder and name of an open file; "" for what is no descriptor, as of a mapped file."""
    try:
        path = Path(f"/proc/{pid}/fd/{fd}").readlink()
    except OSError:
        return ""
    return f"{path.parent.name}/{path.name}"


def _is_meant(files: str, file: str) -> bool:
    metadata = file.startswith(METADATA)
    if files == "all":
        return True
    return metadata if files == "metadata" else file.endswith(".log") and not metadata
