"""The anomalies of programs that read, copy and commit, and what each cause means."""

from __future__ import annotations

from collections.abc import Mapping

CONSUMER_CAUSES: Mapping[str, Mapping[str, str]] = {
    "copy-lost": {
        "offsets-outside-the-transaction": (
            "The offset of the input was not committed in the transaction of its copy, "
            "so one could stand without the other."
        ),
        "committed-before-written": (
            "The offset of the input was committed, and no copy of it was ever written."
        ),
        "aborted-only": (
            "Every copy was written in a transaction that was aborted, "
            "and the program went on without writing it again."
        ),
        "never-committed": (
            "The copy was written in a transaction that nobody asked to commit."
        ),
        "written-then-gone": "The copy was stored, and no log that survived holds it.",
        "not-copied": "By the end of the run the program had neither copied it nor passed it.",
    },
    "copy-doubled": {
        "offsets-outside-the-transaction": (
            "The offset of the input was not committed in the transaction of its copy, "
            "so one could stand without the other."
        ),
        "not-transactional": (
            "A copy was written outside any transaction, so nothing could take it back "
            "when the same input was read again."
        ),
        "written-twice": (
            "The program wrote the record twice: in one batch, or in two transactions "
            "although it committed its offsets in them."
        ),
    },
    "copy-altered": {
        "other-value": "The copy is there and its value is not the one that was asked for.",
    },
}
"""Anomaly -> cause -> what it means; part of `judge.anomalies.CAUSES`."""
