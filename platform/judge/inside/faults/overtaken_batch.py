"""A batch is refused once its successor is in the log, so that a retry turns the order round."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class OvertakenBatch(TapRule):
    """Keeps a Produce from the broker and answers it with an error, after the next was answered.

    A client with one request in flight sends no next one; it hears the error after `wait_ms`.
    """

    rule = "hold_error"

    def own_keys(self, run: RunState) -> dict[str, Any]:
        """The error, and how long it is kept back at most."""
        return {"error": self._options["error"], "wait_ms": self._options["wait_ms"]}

    def succeeded(self, event: Mapping[str, Any]) -> bool:
        """Whether the program has heard the error; its connection may have ended before."""
        return event.get("released") in ("later-response", "timeout")
