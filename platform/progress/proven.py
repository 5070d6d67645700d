"""How far a learner is with each lab, as one word and one stroke."""

from __future__ import annotations

from attempts.stages import StageState, states_of
from attempts.work import Work
from judge.lab import Lab

STANDINGS = {
    "proved": ("pass", "fixed and proved"),
    "broken": ("fail", "broken by you, not yet fixed"),
    "begun": ("running", "begun"),
    "untried": ("not-run", "not tried"),
}
"""Standing -> its sign and what it means."""


def standing(lab: Lab, work: Work) -> str:
    """One of STANDINGS for this lab and what somebody has done."""
    return standing_of(states_of(lab, work))


def standing_of(states: list[StageState]) -> str:
    """The standing that these stages amount to."""
    by_name = {state.spec.name: state.state for state in states}
    if by_name.get("fix") == "done":
        return "proved"
    if "failed" in by_name.values() or by_name.get("reproduce") == "done":
        return "broken"
    return "begun" if "done" in by_name.values() else "untried"
