"""What the operations of one sandbox share: its network, its brokers, and a voice to the host."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from judge.events import Event
from judge.history import Op

if TYPE_CHECKING:
    from judge.inside.network import Network

OPS_A_LINE = 500
"""Operations are sent in batches: a line for each would cost a system call for each."""


@dataclass(slots=True)
class Stage:
    """Handed to every operation. Safe to speak from any thread.

    `say` sends one JSON object to the host; `brokers` and `tap` are set by the operations that
    start them, and are None before. Nothing is sent between requests: what happens there is of
    no run.
    """

    say: Callable[[dict[str, Any]], None]
    network: Network
    brokers: Any = None
    tap: Any = None
    stop_requested: threading.Event = field(default_factory=threading.Event)
    started_s: float = field(default_factory=time.monotonic)
    listening: bool = False
    _ops: list[dict[str, Any]] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def now_ms(self) -> float:
        """Milliseconds since the running request began, on the monotonic clock."""
        return (time.monotonic() - self.started_s) * 1000

    def emit(self, event: Event) -> None:
        """Tell the host of an event, at once."""
        if self.listening:
            self.say({"event": [event.kind, event.t_ms, dict(event.data)]})

    def note(self, op: Op) -> None:
        """Append an operation to the history; sent in batches and before the response."""
        with self._lock:
            self._ops.append(op.to_dict())
            batch = self._take() if len(self._ops) >= OPS_A_LINE else []
        self._send(batch)

    def flush(self) -> None:
        """Send what `note` still holds back."""
        with self._lock:
            batch = self._take()
        self._send(batch)

    def begin(self) -> None:
        """A request starts: restart the clock and open the voice."""
        self.started_s, self.listening = time.monotonic(), True

    def end(self) -> None:
        """The request is over: send the rest, then fall silent."""
        self.flush()
        self.listening = False

    def _take(self) -> list[dict[str, Any]]:
        batch, self._ops = self._ops, []
        return batch

    def _send(self, batch: list[dict[str, Any]]) -> None:
        if batch and self.listening:
            self.say({"ops": batch})
