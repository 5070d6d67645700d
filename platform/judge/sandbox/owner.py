"""The thread that starts every sandbox of this process.

A sandbox dies with the *thread* that started it (the kernel's parent-death signal counts
threads), so a pool's helper thread or a web server's request thread must never start one.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")

_Work = tuple["Future[Any]", Callable[[], Any]]

_owners: dict[int, Owner] = {}
_lock = threading.Lock()


class Owner:
    """A thread that lives as long as its process and runs what it is handed, one at a time."""

    def __init__(self) -> None:
        self._work: queue.Queue[_Work] = queue.Queue()
        threading.Thread(target=self._live, name="sandbox-owner", daemon=True).start()

    def run(self, start: Callable[[], T]) -> T:
        """Run `start` on the thread; returns or raises what it did. Keep it short."""
        done: Future[T] = Future()
        self._work.put((done, start))
        return done.result()

    def _live(self) -> None:
        while True:
            done, start = self._work.get()
            try:
                done.set_result(start())
            except BaseException as error:  # handed to the caller, who waits for it
                done.set_exception(error)


def owner() -> Owner:
    """The owner of this process; a forked child gets one of its own, since threads do not fork."""
    with _lock:
        pid = os.getpid()
        if pid not in _owners:
            _owners[pid] = Owner()
        return _owners[pid]
