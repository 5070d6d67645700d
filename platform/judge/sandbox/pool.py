"""Clusters that wait, healthy and frozen, so that an attempt need not wait for one.

A frozen cluster uses no CPU, about 400 MB, and takes writes again 0.1–0.2 s after its thaw.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.shape import Shape
from judge.sandbox.admission import RUN_BYTES, Admission, OnWait, Request
from judge.sandbox.filler import Filler
from judge.sandbox.link import Sandbox
from judge.sandbox.priority import make_equal
from judge.sandbox.shelf import Shelf
from judge.sandbox.starting import Starter

THAW_TIMEOUT_S = 30.0

_log = logging.getLogger(__name__)


class Pool:
    """Keeps up to `size` clusters of each shape warm, and starts one cold when none fits.

    Thread-safe. Which shapes are kept follows demand: those that were taken lately. When memory
    is short the longest forgotten one gives way. A run is admitted only when the machine has room
    for it; see `judge.sandbox.admission`. All sandboxes die with this process.
    """

    def __init__(
        self, home: Home, size: int, shape: Shape, admission: Admission | None = None
    ) -> None:
        """Begin to fill in the background. `size` 0 keeps nothing warm and starts no thread."""
        self._admission = admission or Admission()
        self._shelf, self._starter = Shelf(size), Starter(home)
        self._shelf.wish(shape)
        self._taken: list[Sandbox] = []
        self._beginning: dict[int, int] = {}
        self._changed = threading.Condition()
        self._closed = False
        self._filler = Filler(
            home, self._shelf, self._changed, self._starter, self._admission, lambda: self.running
        )
        if size > 0:
            self._filler.start()

    @property
    def warm_count(self) -> int:
        """How many clusters wait frozen."""
        with self._changed:
            return len(self._shelf)

    @property
    def running(self) -> int:
        """How many clusters are with their takers, or on their way to them."""
        with self._changed:
            self._taken = [sandbox for sandbox in self._taken if sandbox.alive]
            return len(self._taken) + len(self._beginning)

    def wish(self, shape: Shape) -> None:
        """Have clusters of `shape` prepared, since one will be taken soon."""
        with self._changed:
            self._shelf.wish(shape)
            self._changed.notify_all()

    def take(
        self,
        shape: Shape,
        on_wait: OnWait = lambda _why: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> tuple[Sandbox, bool]:
        """A healthy cluster of `shape`, running, for the caller to use once and close.

        Returns the sandbox and whether it was warm. Waits until the machine has room, and tells
        `on_wait` why. Without a warm one it then waits for the refill that is under way, if that
        is of this shape, else it starts one.

        Raises:
            SandboxUnavailableError, JudgeError: it could not be started, there is no memory for
                it ("not-enough-memory"), or `should_stop` ended the wait ("cancelled").
        """
        self.wish(shape)
        self._admission.admit(
            Request(
                need_bytes=lambda: self._need_bytes(shape),
                running=lambda: self.running,
                give_up_one=lambda: self._give_up_one(shape),
                begin=lambda: self._begin(shape),
            ),
            on_wait,
            should_stop,
        )
        try:
            sandbox, warm = self._warm_or_cold(shape)
            with self._changed:
                self._taken.append(sandbox)
            return sandbox, warm
        finally:
            with self._changed:
                del self._beginning[threading.get_ident()]

    def wait_warm(self, timeout_s: float) -> None:
        """Wait until everything that is wished for is warm.

        Raises:
            JudgeError: the last refill's failure, or "pool-not-warm" after `timeout_s`.
        """
        filler = self._filler
        with self._changed:
            before = filler.failures
            done = self._changed.wait_for(
                lambda: self._shelf.missing() is None or filler.failures > before, timeout_s
            )
            if filler.failures > before and filler.last_failure is not None:
                raise filler.last_failure
        if not done:
            raise JudgeError("pool-not-warm", f"No warm sandbox after {timeout_s:g} s.")

    def close(self) -> None:
        """Kill every waiting sandbox, also the one being prepared; wait until all are gone.

        Sandboxes that were taken belong to their takers.
        """
        with self._changed:
            self._closed = True
            ended = self._shelf.clear()
            self._changed.notify_all()
        for sandbox in ended:
            sandbox.close()
        self._filler.close()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _need_bytes(self, shape: Shape) -> int:
        """Memory that a run of `shape` will take, and those that are just beginning as well."""
        with self._changed:
            return self._own_bytes(shape) + sum(self._beginning.values())

    def _begin(self, shape: Shape) -> None:
        with self._changed:
            self._beginning[threading.get_ident()] = self._own_bytes(shape)

    def _own_bytes(self, shape: Shape) -> int:
        warm = self._shelf.holds(shape)
        return RUN_BYTES + (0 if warm else self._shelf.cluster_bytes(shape))

    def _give_up_one(self, shape: Shape) -> bool:
        with self._changed:
            sandbox = self._shelf.spare(shape)
        if sandbox is not None:
            sandbox.close()
        return sandbox is not None

    def _warm_or_cold(self, shape: Shape) -> tuple[Sandbox, bool]:
        while (found := self._next_warm(shape)) is not None:
            try:
                make_equal(found)
                found.request("thaw", timeout_s=THAW_TIMEOUT_S)
            except JudgeError as died:
                _log.warning("a frozen sandbox could not be thawed: %s", died.message)
                found.close()
                continue
            return found, True
        return self._starter.start_awaited(shape), False

    def _next_warm(self, shape: Shape) -> Sandbox | None:
        with self._changed:
            while not self._closed:
                if (found := self._shelf.take(shape)) is not None:
                    self._changed.notify_all()
                    return found
                filling = self._filler.filling
                if filling is None or filling.key != shape.key:
                    return None
                # Ours is half-way there: a second start now would only slow both down.
                self._filler.hurry()
                self._changed.wait()
        return None
