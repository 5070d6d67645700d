"""The thread that prepares clusters in advance, one at a time and only at leisure."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.shape import Shape
from judge.sandbox.admission import RUN_BYTES, Admission
from judge.sandbox.link import Sandbox
from judge.sandbox.measured import brokers_pss_bytes
from judge.sandbox.priority import can_yield, make_equal, make_low
from judge.sandbox.shelf import Shelf
from judge.sandbox.starting import Starter

FREEZE_TIMEOUT_S = 10.0
CHECK_PERIOD_S = 2.0
"""How often dead frozen sandboxes are looked for; one that dies in between fails its thaw."""

FAILURE_PAUSE_S = 15.0
"""Before the next try of a refill that failed: a machine without memory must not spin."""

_log = logging.getLogger(__name__)


class Filler(threading.Thread):
    """Keeps `shelf` full, never while somebody waits for a cold start.

    `changed` guards the shelf and everything that is public here; it is notified of every change.
    """

    def __init__(
        self,
        home: Home,
        shelf: Shelf,
        changed: threading.Condition,
        starter: Starter,
        admission: Admission,
        running: Callable[[], int],
    ) -> None:
        super().__init__(name="pool", daemon=True)
        self._home, self._shelf, self._changed = home, shelf, changed
        self._starter, self._admission, self._running = starter, admission, running
        self._half_made: Sandbox | None = None
        self._closed = False
        self.filling: Shape | None = None
        self.failures = 0
        self.last_failure: JudgeError | None = None

    def hurry(self) -> None:
        """Somebody waits for what is being prepared: let it run like everything else."""
        if self._half_made is not None:
            make_equal(self._half_made)

    def close(self) -> None:
        """End the thread and what it was preparing; returns when both are gone."""
        with self._changed:
            self._closed, half_made = True, self._half_made
            self._changed.notify_all()
        if half_made is not None:
            half_made.close()
        if self.is_alive():
            self.join()

    def run(self) -> None:
        """Prepare until `close`."""
        while not self._closed:
            shape = self._next()
            if shape is not None:
                self._prepare(shape)
                continue
            with self._changed:
                if not self._closed:
                    self._changed.wait(CHECK_PERIOD_S)

    def _next(self) -> Shape | None:
        """What to start now, if anything; ends what stands in its way."""
        with self._changed:
            dead, ended = self._shelf.dead(), self._shelf.surplus()
            if dead:
                _log.warning("%d frozen sandboxes have died and are replaced", len(dead))
            shape = None if self._closed or self._starter.awaited else self._shelf.missing()
            if shape is not None:
                need_bytes = self._shelf.cluster_bytes(shape) + RUN_BYTES
                if not self._admission.has_memory(need_bytes):
                    older = self._shelf.spare(shape, older_only=True)
                    ended += [older] if older is not None else []
                    shape = None
            self.filling = shape
        for sandbox in (*dead, *ended):
            sandbox.close()
        # What yields to everybody disturbs nobody, and saves a later run a start beside others.
        if shape and not (can_yield() or self._admission.has_leisure(self._running())):
            with self._changed:
                shape = self.filling = None
                self._changed.notify_all()
        return shape

    def _prepare(self, shape: Shape) -> None:
        try:
            sandbox = self._starter.start(shape, self._began)
            sandbox.request("freeze", timeout_s=FREEZE_TIMEOUT_S)
        except JudgeError as failure:
            self._failed(failure)
            return
        except Exception as bug:  # the filler must outlive it, or nothing is ever warm again
            self._failed(JudgeError("pool-refill-failed", repr(bug)))
            return
        pss_bytes = 0
        with suppress(OSError):  # it has just died, and the next look finds it dead
            pss_bytes = brokers_pss_bytes(sandbox)
        with self._changed:
            self.filling = self._half_made = None
            kept = not self._closed
            if kept:
                self._shelf.put(shape, sandbox, pss_bytes)
                self.last_failure = None
            self._changed.notify_all()
        if not kept:
            sandbox.close()

    def _began(self, sandbox: Sandbox) -> None:
        make_low(sandbox)
        with self._changed:
            self._half_made = sandbox
            if self._closed:
                raise JudgeError("pool-closed", "The pool was closed.")

    def _failed(self, failure: JudgeError) -> None:
        with self._changed:
            sandbox, self._half_made, self.filling = self._half_made, None, None
        if sandbox is not None:
            sandbox.close()
        with self._changed:
            if self._closed:
                return
            self.last_failure = failure
            self.failures += 1
            self._changed.notify_all()
            _log.warning("a sandbox could not be prepared: %s: %s", failure.code, failure.message)
            self._changed.wait_for(lambda: self._closed, FAILURE_PAUSE_S)
