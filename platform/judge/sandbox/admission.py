"""Lets a run begin only when there is room for it, and says what it waits for meanwhile.

Starting one more on a full machine makes all of them late, and a late broker looks like a dead
one: such runs prove nothing. So they begin one after the other, each when memory is there and the
cores have time. Nobody waits for the cores for ever, since what keeps them busy may be none of
ours; a run that was starved then says so itself.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from judge.errors import JudgeError
from judge.sandbox.machine import Machine
from judge.waiting import wait_until

FLOOR_BYTES = 512 << 20
"""Memory that stays free for the site, its database and the page cache."""

RUN_BYTES = 300_000_000
"""What a run takes beyond its brokers: the program's limit of 256 MB, the tap, our clients."""

SPACING_S = 2.5
"""Between two beginnings: a run shows what it costs first, and a thaw is over after two seconds."""

CPU_PATIENCE_S = 45.0
"""Longer than most runs last: whoever still waits then waits for somebody else's work."""

MEMORY_PATIENCE_S = 30.0
STEP_S = 0.5
NO_END_S = float("inf")

OnWait = Callable[[str | None], None]
"""Told why a run waits, each time the reason changes, and None once it waits no more."""


@dataclass(frozen=True, slots=True)
class Request:
    """What one run asks for. The callables are asked anew until it is admitted.

    need_bytes: memory that it will take on top of what is taken already.
    running: how many runs of this process are under way.
    give_up_one: frees what nobody is using; False when there is nothing left to free.
    begin: called at the moment it is admitted, before anybody else is asked about.
    """

    need_bytes: Callable[[], int]
    running: Callable[[], int]
    give_up_one: Callable[[], bool]
    begin: Callable[[], None]


class Admission:
    """The door of one process: runs go through it one at a time. Thread-safe."""

    def __init__(
        self, machine: Machine | None = None, *, cpu_patience_s: float | None = None
    ) -> None:
        """`cpu_patience_s` is for who keeps the cores busy on purpose; 0 heeds them not at all."""
        self._machine = machine or Machine()
        self._cpu_patience_s = cpu_patience_s
        self._door = threading.Lock()
        self._last_begun_s = self._first_s = float("-inf")

    def admit(
        self,
        asked: Request,
        on_wait: OnWait = lambda _why: None,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> None:
        """Return when the run may begin.

        Raises:
            JudgeError: "not-enough-memory" when nothing is under way that could free any,
                "cancelled" when `should_stop` says so.
        """
        waiting = _Waiting(on_wait, should_stop)
        while not self._door.acquire(timeout=STEP_S):
            waiting.go_on("Another run begins first")
        try:
            self._first_s = time.monotonic()
            wait_until(lambda: self._may_begin(asked, waiting), NO_END_S, "no room", step_s=STEP_S)
            self._last_begun_s = time.monotonic()
            asked.begin()
        finally:
            self._door.release()
            waiting.over()

    def has_memory(self, need_bytes: int) -> bool:
        """Whether `need_bytes` may be taken without touching what must stay free."""
        return self._machine.available_bytes() >= need_bytes + FLOOR_BYTES

    def has_leisure(self, running: int) -> bool:
        """Whether work that nobody waits for would disturb none of the `running` runs."""
        if running == 0 or self._cpu_patience_s == 0:
            return True
        return not self._machine.is_busy()

    def _may_begin(self, asked: Request, waiting: _Waiting) -> bool:
        why = self._memory_obstacle(asked) or self._cpu_obstacle(asked)
        if why is not None:
            waiting.go_on(why)
        return why is None

    def _memory_obstacle(self, asked: Request) -> str | None:
        need_bytes = asked.need_bytes() + FLOOR_BYTES
        while (free_bytes := self._machine.available_bytes()) < need_bytes:
            if not asked.give_up_one():
                break
        else:
            return None
        why = f"A run needs {need_bytes >> 20} MB of memory and {free_bytes >> 20} MB are free"
        if asked.running() == 0 and time.monotonic() - self._first_s > MEMORY_PATIENCE_S:
            raise JudgeError("not-enough-memory", f"{why}. Close other programs.")
        return why

    def _cpu_obstacle(self, asked: Request) -> str | None:
        if (running := asked.running()) == 0:
            return None
        now_s = time.monotonic()
        if now_s - self._last_begun_s < SPACING_S:
            return "Another run has just begun"
        # Since the last one began as well: a queue of them must not begin all at once.
        patient_s = now_s - max(self._first_s, self._last_begun_s)
        patience_s = CPU_PATIENCE_S if self._cpu_patience_s is None else self._cpu_patience_s
        if patient_s > patience_s or not self._machine.is_busy():
            return None
        return f"The cores are busy; {running} other runs are under way"


class _Waiting:
    """One run's wait, and what was last told of it."""

    def __init__(self, on_wait: OnWait, should_stop: Callable[[], bool]) -> None:
        self._on_wait, self._should_stop = on_wait, should_stop
        self._told = ""

    def go_on(self, why: str) -> None:
        if self._should_stop():
            raise JudgeError("cancelled", "the run was cancelled")
        if why != self._told:
            self._told = why
            self._on_wait(why)

    def over(self) -> None:
        if self._told:
            self._on_wait(None)
