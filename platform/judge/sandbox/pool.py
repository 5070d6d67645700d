"""Clusters that wait, healthy and frozen, so that an attempt need not wait for one.

A frozen cluster uses no CPU, about 400 MB, and takes writes again 0.1–0.2 s after its thaw.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from typing import Any

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.installed import load_install
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox
from judge.sandbox.priority import make_equal, make_low

BOOT_TIMEOUT_S = 120.0
FREEZE_TIMEOUT_S = 10.0
THAW_TIMEOUT_S = 30.0
CHECK_PERIOD_S = 2.0
"""How often dead frozen sandboxes are looked for; one that dies in between fails its thaw."""

FAILURE_PAUSE_S = 15.0
"""Before the next try of a refill that failed: a machine without memory must not spin."""

_log = logging.getLogger(__name__)


class Pool:
    """Keeps up to `size` clusters warm, and starts one cold when none fits. Thread-safe.

    The warm ones follow demand: each `take` is a wish for one more of its shape, and what is kept
    warm are the last `size` wishes. One cluster is started at a time, since four at once take
    13 s each instead of 3. All sandboxes die with this process.
    """

    def __init__(self, home: Home, size: int, shape: Shape) -> None:
        """Begin to fill in the background. `size` 0 keeps nothing warm and starts no thread."""
        self._home, self._size = home, size
        self._wishes: deque[Shape] = deque([shape] * size, maxlen=size)
        self._warm: list[tuple[Shape, Sandbox]] = []
        self._filling: tuple[Shape, Sandbox | None] | None = None
        self._waiting_for_cold = 0
        self._changed = threading.Condition()
        self._starting = threading.Lock()
        self._closed = False
        self._failed_refills = 0
        self.last_failure: JudgeError | None = None
        self._filler = threading.Thread(target=self._keep_full, name="pool", daemon=True)
        if size > 0:
            self._filler.start()

    @property
    def warm_count(self) -> int:
        """How many clusters wait frozen."""
        with self._changed:
            return len(self._warm)

    def take(self, shape: Shape) -> tuple[Sandbox, bool]:
        """A healthy cluster of `shape`, running, for the caller to use once and close.

        Returns the sandbox and whether it was warm. Without a warm one this waits for the refill
        that is under way, if it is of this shape, else it starts one.

        Raises:
            SandboxUnavailableError, JudgeError: it could not be started.
        """
        with self._changed:
            self._wishes.append(shape)
            self._changed.notify_all()
        while (found := self._next_warm(shape)) is not None:
            try:
                make_equal(found)
                found.request("thaw", timeout_s=THAW_TIMEOUT_S)
            except JudgeError as died:
                _log.warning("a frozen sandbox could not be thawed: %s", died)
                found.close()
                continue
            return found, True
        return self._start_cold(shape), False

    def wait_warm(self, timeout_s: float) -> None:
        """Wait until everything that is wished for is warm.

        Raises:
            JudgeError: the last refill's failure, or "pool-not-warm" after `timeout_s`.
        """
        with self._changed:
            failed_before = self._failed_refills
            done = self._changed.wait_for(
                lambda: not self._missing() or self._failed_refills > failed_before, timeout_s
            )
            if self._failed_refills > failed_before and self.last_failure is not None:
                raise self.last_failure
        if not done:
            raise JudgeError("pool-not-warm", f"No warm sandbox after {timeout_s:g} s.")

    def close(self) -> None:
        """Kill every waiting sandbox, also the one being prepared; wait until all are gone.

        Sandboxes that were taken belong to their takers.
        """
        with self._changed:
            self._closed = True
            warm, self._warm = self._warm, []
            filling = self._filling[1] if self._filling else None
            self._changed.notify_all()
        for _shape, sandbox in warm:
            sandbox.close()
        if filling is not None:
            filling.close()
        if self._filler.is_alive() and self._filler is not threading.current_thread():
            self._filler.join()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _next_warm(self, shape: Shape) -> Sandbox | None:
        with self._changed:
            while not self._closed:
                for pair in self._warm:
                    if pair[0].key == shape.key:
                        self._warm.remove(pair)
                        self._changed.notify_all()
                        return pair[1]
                if self._filling is None or self._filling[0].key != shape.key:
                    return None
                # Ours is half-way there: a second start now would only slow both down.
                self._filling_is_wanted()
                self._changed.wait()
        return None

    def _filling_is_wanted(self) -> None:
        sandbox = self._filling[1] if self._filling else None
        if sandbox is not None:
            make_equal(sandbox)

    def _start_cold(self, shape: Shape) -> Sandbox:
        with self._changed:
            self._waiting_for_cold += 1
        try:
            with self._starting:
                sandbox = start_sandbox(self._home)
                try:
                    self._boot(sandbox, shape)
                except BaseException:
                    sandbox.close()
                    raise
                return sandbox
        finally:
            with self._changed:
                self._waiting_for_cold -= 1
                self._changed.notify_all()

    def _boot(self, sandbox: Sandbox, shape: Shape) -> dict[str, Any]:
        return sandbox.request(
            "boot",
            timeout_s=BOOT_TIMEOUT_S,
            shape=shape.to_dict(),
            install=load_install(self._home).to_dict(),
        )

    def _keep_full(self) -> None:
        """Refill one at a time, never while somebody waits for a cold start."""
        while True:
            with self._changed:
                self._drop_dead()
                while not self._closed and (not self._missing() or self._waiting_for_cold):
                    self._changed.wait(CHECK_PERIOD_S)
                    self._drop_dead()
                if self._closed:
                    return
                shape = self._missing()[0]
                surplus = self._make_room()
                self._filling = (shape, None)
            for sandbox in surplus:
                sandbox.close()
            self._refill(shape)

    def _refill(self, shape: Shape) -> None:
        sandbox: Sandbox | None = None
        try:
            with self._starting:
                sandbox = start_sandbox(self._home)
                make_low(sandbox)
                with self._changed:
                    self._filling = (shape, sandbox)
                    if self._closed:
                        raise JudgeError("pool-closed", "The pool was closed.")
                self._boot(sandbox, shape)
                sandbox.request("freeze", timeout_s=FREEZE_TIMEOUT_S)
        except JudgeError as failure:
            self._refill_failed(failure, sandbox)
            return
        except Exception as bug:  # the filler must outlive it, or nothing is ever warm again
            self._refill_failed(JudgeError("pool-refill-failed", repr(bug)), sandbox)
            return
        with self._changed:
            self._filling = None
            kept = not self._closed
            if kept:
                self._warm.append((shape, sandbox))
                self.last_failure = None
            self._changed.notify_all()
        if not kept:
            sandbox.close()

    def _refill_failed(self, failure: JudgeError, sandbox: Sandbox | None) -> None:
        if sandbox is not None:
            sandbox.close()
        with self._changed:
            self._filling = None
            if self._closed:
                return
            self.last_failure = failure
            self._failed_refills += 1
            self._changed.notify_all()
            _log.warning("a sandbox could not be prepared: %s", failure)
            self._changed.wait_for(lambda: self._closed, FAILURE_PAUSE_S)

    def _missing(self) -> list[Shape]:
        """The wished-for shapes that are not warm, the latest wish first."""
        have = Counter(shape.key for shape, _sandbox in self._warm)
        missing = []
        for shape in reversed(self._wishes):
            if have[shape.key] > 0:
                have[shape.key] -= 1
            else:
                missing.append(shape)
        return missing

    def _make_room(self) -> list[Sandbox]:
        """Take out what nobody wishes for any more, so that there are never more than `size`."""
        surplus = []
        wanted = Counter(shape.key for shape in self._wishes)
        for pair in list(self._warm):
            wanted[pair[0].key] -= 1
            if wanted[pair[0].key] < 0:
                self._warm.remove(pair)
                surplus.append(pair[1])
        return surplus

    def _drop_dead(self) -> None:
        for pair in list(self._warm):
            if not pair[1].alive:
                _log.warning("a frozen sandbox has died and is replaced")
                self._warm.remove(pair)
                pair[1].close()
