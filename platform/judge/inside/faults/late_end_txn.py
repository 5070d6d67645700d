"""A program decides its transaction, and the coordinator hears of it late: what makes a zombie."""

from __future__ import annotations

from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class LateEndTxn(TapRule):
    """Holds an EndTxn on its way to the coordinator, and all that follows on its connection.

    It has struck as soon as one is held; it is let go by `heal`, or by itself after `for_ms`.
    """

    rule = "hold_request"
    strikes_while_held = True

    def conditions(self, run: RunState) -> dict[str, Any]:
        """Whose transaction is meant."""
        return {"api": "end_txn", "count": self._options["count"], **self.whose()}

    def own_keys(self, run: RunState) -> dict[str, Any]:
        """How long it is held at most; until it is healed when nothing is said."""
        for_ms = self._options["for_ms"]
        return {} if for_ms is None else {"for_ms": for_ms}
