"""Writes runs into receipts while a sitting goes on, if they prove what is there now."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping

from judge.lab import Lab
from judge.receipts.digests import lab_digest
from judge.receipts.receipt import add_run, receipt_path, row_of
from judge.receipts.standing import present_basis

_log = logging.getLogger(__name__)


class Book:
    """The receipts of one sitting; `machine` is `idle`, or `load` when the cores are kept busy.

    This process has loaded its engine and its labs when it began, and a sandbox loads its engine
    when it is started. So a run counts only while both are still what they were at the
    beginning: else nobody knows what it was judged by.
    """

    def __init__(self, machine: str, labs: Iterable[Lab]) -> None:
        self._machine, self._basis = machine, present_basis()
        self._labs = {lab.slug: lab_digest(lab.folder) for lab in labs}

    def write(
        self,
        lab: Lab,
        solution: str,
        seed: int,
        expected: Mapping[str, str],
        got: Mapping[str, str],
    ) -> bool:
        """Add a run to its lab's receipt; False, with a warning, when something has changed.

        `expected` and `got` are outcomes by stage, in the words of expected.toml.

        Raises JudgeError `receipt-unreadable` or `receipt-not-written`.
        """
        then, now = self._labs[lab.slug], lab_digest(lab.folder)
        if then != now or self._basis != present_basis():
            _log.warning(
                "a run of %s counts for nothing: lab or engine have changed since the beginning",
                lab.slug,
            )
            return False
        rows = {
            (solution, stage, self._machine): row_of(outcome, expected[stage], seed)
            for stage, outcome in got.items()
        }
        add_run(receipt_path(lab.folder), rows, now, self._basis)
        return True
