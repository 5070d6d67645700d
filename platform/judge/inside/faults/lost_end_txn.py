"""A program decides its transaction, and the coordinator never hears of it."""

from __future__ import annotations

from typing import Any

from judge.inside.faults.tap_rule import TapRule
from judge.inside.run_state import RunState


class LostEndTxn(TapRule):
    """Loses every EndTxn until it is healed, so that the transaction hangs until its time-out.

    A reader of committed records sees nothing beyond the first record of the hanging one.
    """

    rule = "drop_request"

    def conditions(self, run: RunState) -> dict[str, Any]:
        """Whose transaction is meant."""
        return {"api": "end_txn", "count": "all", **self.whose()}
