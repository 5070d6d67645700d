"""The keys of every step a scenario's timeline may have, read and checked one by one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from judge.alerts_asked import ASKED, DUE
from judge.fault_options import FAULT_OPTIONS, FAULTS
from judge.fields import Fields
from judge.program_fault_options import PROGRAM as PROGRAM

COUNTED = (
    "orders_answered",
    "orders_handed",
    "records_stored",
    "records_processed",
    "records_committed",
    "processed_ahead",
    "committed_ahead",
    "stored_ahead",
    "committed_unstored",
)
"""Conditions that count, and so need `more`: that many more than when the step began."""

CONDITIONS = (
    *COUNTED,
    "isr_is_leader_alone",
    "partition_led",
    "served_again",
    "followers_behind",
    "in_sync_again",
    "fault_fired",
    "caught_up",
    "program_over",
)
BLAMES = ("judge", "program", "nobody")

Options = dict[str, Any]


def _wait(row: Fields) -> Options:
    options: Options = {
        "for": row.text("for", one_of=CONDITIONS),
        "timeout_s": row.number("timeout_s"),
        "blame": row.text("blame", "judge", one_of=BLAMES),
    }
    if options["for"] in COUNTED:
        options["more"] = row.whole("more", at_least=1)
        options["spread"] = row.whole("spread", 0)
    if options["for"] == "fault_fired":
        options["fault"] = row.text("fault")
    return options


def _inject(row: Fields) -> Options:
    fault = row.text("fault", one_of=FAULTS)
    return {
        "fault": fault,
        "as": row.text("as", fault),
        "text": row.text("text", ""),
        "optional": row.flag("optional"),
        **_alert(row),
        "options": FAULT_OPTIONS[fault](row),
    }


def _alert(row: Fields) -> Options:
    """What is asked of the alerts. When one is due is the author's to say, and in the brief."""
    if not row.has("alert"):
        return {}
    asked = row.text("alert", one_of=ASKED)
    return {"alert": asked} | (
        {"alert_within_s": row.number("alert_within_s")} if asked in DUE else {}
    )


def _heal(row: Fields) -> Options:
    return {"fault": row.text("fault")}


def _elect(row: Fields) -> Options:
    return {"after_s": row.number("after_s")}


def _start_program(row: Fields) -> Options:
    return {
        "name": row.text("name", PROGRAM),
        "entry": row.text("entry", ""),
        "text": row.text("text", ""),
    }


def _finish(row: Fields) -> Options:
    return {
        "timeout_s": row.number("timeout_s"),
        "by": row.text("by", "input", one_of=("input", "kill")),
    }


def _measure(row: Fields) -> Options:
    return {
        "pairs": row.whole("pairs", 3, at_least=1),
        "burst": row.whole("burst", 1500, at_least=1),
        "paced": row.whole("paced", 150, at_least=1),
        "paced_per_s": row.number("paced_per_s", 300.0),
    }


def _nothing(_row: Fields) -> Options:
    return {}


STEP_KEYS: Mapping[str, Callable[[Fields], Options]] = {
    "start_program": _start_program,
    "start_orders": _nothing,
    "wait": _wait,
    "inject": _inject,
    "heal": _heal,
    "elect_if_leaderless": _elect,
    "finish_program": _finish,
    "measure": _measure,
    "gather_evidence": _nothing,
    "read_back": _nothing,
}
"""Verb → the function that reads its keys. docs/labs.md lists them."""
