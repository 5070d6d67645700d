"""Injects a scenario's faults and heals them, with the proof of each in the history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.cut_short import CutShort
from judge.inside.faults import FAULTS
from judge.inside.run_state import RunState


def inject(run: RunState, options: Mapping[str, Any]) -> None:
    """Do a fault and note its proof; one that lies in wait is proved once it has struck.

    Raises CutShort when it was aimed at a program that has ended by itself.
    """
    name, known_as = options["fault"], options["as"]
    if run.program_missing():
        raise CutShort("program-over", "the program ended while it was still needed")
    text = options["text"] or name.replace("_", " ")
    run.tell("stage", stage="fault", label=text)
    leader = run.leader_of(run.topic)
    run.note(Op(run.now_ms(), "fault", "invoke", name, broker=leader, detail=told_of(options)))
    fault = run.faults[known_as] = FAULTS[name](options["options"])
    try:
        proof = fault.inject(run)
    except JudgeError as failed:
        detail = {"message": str(failed)}
        run.note(Op(run.now_ms(), "fault", "fail", name, error=failed.code, detail=detail))
        raise
    if hasattr(fault, "fired"):
        run.waiting[known_as] = (name, text)
        run.say("fault-held", text, fault.broker, **proof)
        return
    run.note(Op(run.now_ms(), "fault", "ok", name, broker=fault.broker, detail=proof))
    run.say("fault-held" if fault.lasting else "fault-fired", text, fault.broker, **proof)


def has_fired(run: RunState, known_as: str) -> bool:
    """Whether a fault that lay in wait has struck; the first yes notes the proof."""
    if known_as not in run.waiting:
        return True
    fault = run.faults[known_as]
    if not fault.fired(run):
        return False
    name, text = run.waiting.pop(known_as)
    proof = fault.struck(run)
    run.note(Op(run.now_ms(), "fault", "ok", name, broker=fault.broker, detail=proof))
    run.say("fault-fired", text, fault.broker, **proof)
    return True


def heal(run: RunState, known_as: str) -> None:
    """Undo a fault and note the proof; one that was healed already is left alone."""
    if known_as in run.healed or known_as not in run.faults:
        return
    has_fired(run, known_as)
    proof = run.faults[known_as].heal(run)
    run.healed.add(known_as)
    run.note(Op(run.now_ms(), "fault", "info", "healed", detail={"fault": known_as, **proof}))
    run.say("fault-healed", f"{known_as.replace('_', ' ').capitalize()}: over", None, **proof)
    run.tell("stage", stage="recovery", label="The cluster recovers")


def heal_all(run: RunState) -> None:
    """Undo whatever still holds, the latest first, so that every log can be read."""
    for known_as, fault in reversed(list(run.faults.items())):
        has_fired(run, known_as)
        if fault.lasting:
            heal(run, known_as)


def told_of(options: Mapping[str, Any]) -> dict[str, Any] | None:
    """What whoever judges must know of a fault besides its kind."""
    # A program may never give an optional one its occasion; then there is nothing to be proved.
    told = {"optional": True} if options.get("optional") else {}
    told |= {key: options[key] for key in ("alert", "alert_within_s") if key in options}
    known_as = {"as": options["as"]} if options["as"] != options["fault"] else {}
    return {**told, **known_as} or None
