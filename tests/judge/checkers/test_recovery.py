"""The clock of availability starts when the cluster serves our own producer again."""

from __future__ import annotations

from judge.history import Op
from judge.indexing import index_history
from judge.recovery import recovered_ms
from judge.terms import Terms, opening


def history(acked_ms: list[float] | None):
    terms = Terms("lab", "fix", 1, "orders", canaries={"canary-good": "good"})
    detail = {} if acked_ms is None else {"acked_ms": acked_ms}
    return index_history(
        [
            opening(terms),
            Op(
                0,
                "metadata",
                "info",
                "leader",
                topic="orders",
                partition=0,
                broker=1,
                detail={"isr": [1, 2, 3]},
            ),
            Op(1000, "fault", "invoke", "kill_broker", broker=1),
            Op(1010, "fault", "ok", "kill_broker", broker=1, detail={"signal": "SIGKILL"}),
            Op(
                3000,
                "metadata",
                "info",
                "leader",
                topic="orders",
                partition=0,
                broker=2,
                detail={"isr": [2, 3]},
            ),
            Op(9000, "canary", "ok", "send", topic="canary-good", ids=["0"], detail=detail),
        ]
    )


def test_it_starts_when_our_careful_producer_is_acknowledged_again():
    assert recovered_ms(history([500.0, 7200.0, 7220.0])) == 7200.0


def test_it_has_not_recovered_while_our_careful_producer_is_not_acknowledged():
    assert recovered_ms(history([500.0])) is None


def test_it_takes_the_leader_for_it_when_a_history_says_nothing_of_acknowledgements():
    assert recovered_ms(history(None)) == 3000
