"""Starts clusters one after the other: four at once take 13 s each instead of 3."""

from __future__ import annotations

import threading
from collections.abc import Callable

from judge.home import Home
from judge.kafka.installed import load_install
from judge.kafka.shape import Shape
from judge.sandbox.link import Sandbox, start_sandbox

BOOT_TIMEOUT_S = 120.0


class Starter:
    """Thread-safe. `awaited` is how many are waiting for a start that cannot wait itself."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._one_at_a_time, self._counting = threading.Lock(), threading.Lock()
        self.awaited = 0

    def start(
        self, shape: Shape, began: Callable[[Sandbox], None] = lambda _sandbox: None
    ) -> Sandbox:
        """A healthy cluster of `shape`. `began` is told of its sandbox before it boots.

        Raises:
            SandboxUnavailableError, JudgeError: it could not be started; nothing of it is left.
        """
        with self._one_at_a_time:
            sandbox = start_sandbox(self._home)
            try:
                began(sandbox)
                install = load_install(self._home).to_dict()
                sandbox.request(
                    "boot", timeout_s=BOOT_TIMEOUT_S, shape=shape.to_dict(), install=install
                )
            except BaseException:
                sandbox.close()
                raise
            return sandbox

    def start_awaited(self, shape: Shape) -> Sandbox:
        """The same for somebody who waits: nothing is prepared in advance meanwhile."""
        with self._counting:
            self.awaited += 1
        try:
            return self.start(shape)
        finally:
            with self._counting:
                self.awaited -= 1
