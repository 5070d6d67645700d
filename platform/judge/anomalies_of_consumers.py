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
        "behind-an-open-transaction": (
            "The copy is committed and nobody can read it: the program broke off in a transaction "
            "and began again under another transactional id, so nobody ended the first one."
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
    "aborted-read": {
        "aborted-readable": (
            "A reader with isolation.level=read_committed got a record of an aborted transaction."
        ),
        "read-uncommitted": (
            "The program took records of its input for real that their producer had taken back: "
            "it reads with isolation.level=read_uncommitted."
        ),
    },
    "torn-transaction": {
        "parts-disagree": (
            "Of the batches that a producer wrote in one transaction, some were committed and "
            "others were aborted."
        ),
    },
    "commit-ahead": {
        "auto-commit": (
            "Offsets were committed on a timer, whether or not what lies below them was done."
        ),
        "commit-before-processing": (
            "The program committed what it had been handed, and processed it afterwards."
        ),
        "committed-by-somebody": (
            "The group's offset was ahead; the history does not show which commit made it so."
        ),
    },
    "stuck-group": {
        "members-without-progress": (
            "The group had members and records waited, and nothing was done."
        ),
        "restarts-without-progress": (
            "The program ended and began again and again, and nothing was done in between."
        ),
        "rebalances-without-progress": (
            "The group rebalanced again and again, and nothing was done in between."
        ),
    },
    "rebalance-pause": {
        "paused-too-long": "Around a change of membership nobody processed anything for too long.",
        "too-many-rebalances": "The group rebalanced more often than it had to.",
    },
    "stall": {
        "gap-too-long": "For too long there was no success, although orders came.",
        "no-success": "There was not one success, although orders came.",
    },
}
"""Anomaly -> cause -> what it means; part of `judge.anomalies.CAUSES`."""
