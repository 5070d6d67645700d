"""The broker appends a batch, and its answer is lost with the connection."""

from __future__ import annotations

from judge.inside.faults.tap_rule import TapRule


class ResetAfterAppend(TapRule):
    """Breaks the program's connection in place of an acknowledgement.

    The answers of all other requests on that connection are lost as well.
    """

    rule = "reset_after_append"
