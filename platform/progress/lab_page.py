"""Gathers what a lab's page shows: brief, stages, files, hints, what was done before."""

from __future__ import annotations

from typing import Any

from attempts.models import Attempt
from attempts.stages import current_stage, stage_states
from attempts.verdict_words import CHECK_WORDS
from judge.job import RUN_STAGES
from judge.lab import Lab
from submissions.drafts import current_files
from submissions.explain import explanation_of
from submissions.hints import hints_shown
from submissions.models import Draft
from submissions.predict import prediction_of
from web.prose import to_html

SHOWN_ATTEMPTS = 12


def lab_context(user, lab: Lab, wanted_stage: str = "") -> dict[str, Any]:
    """Everything that lab.html needs. `wanted_stage`: a stage to read, open or not."""
    states = stage_states(user, lab)
    current = current_stage(states)
    shown = next((state for state in states if state.spec.name == wanted_stage), current)
    draft = Draft.objects.filter(user=user, lab_slug=lab.slug).first() if user.pk else None
    files = current_files(user, lab)
    return {
        "lab": lab,
        "states": states,
        "current": current,
        "shown": shown,
        "shown_text": to_html(shown.spec.text),
        "brief": to_html(lab.brief),
        "promises": [CHECK_WORDS[name][1] for name in lab.promises if name in CHECK_WORDS],
        "run_stage": _stage_to_run(states, shown.spec.name),
        "files": [
            {"name": spec.name, "language": spec.language, "text": files[spec.name], "id": index}
            for index, spec in enumerate(lab.editable)
        ],
        "draft": draft,
        "attempts": _attempts(user, lab),
        **_predict(user, lab),
        **_explain(user, lab),
        **_hints(user, lab),
    }


def _stage_to_run(states, shown: str) -> str:
    """What Submit runs: the stage on show if it is open, else the first open one not done."""
    runnable = [state for state in states if state.spec.name in RUN_STAGES and state.open]
    for state in runnable:
        if state.spec.name == shown:
            return shown
    undone = [state.spec.name for state in runnable if state.state != "done"]
    return (undone or [state.spec.name for state in reversed(runnable)] or [""])[0]


def _attempts(user, lab: Lab) -> list[Attempt]:
    if not user.pk:
        return []
    rows = Attempt.objects.filter(user=user, lab_slug=lab.slug)
    return list(rows.defer("report", "story", "trace").order_by("-number")[:SHOWN_ATTEMPTS])


def _predict(user, lab: Lab) -> dict[str, Any]:
    spec = next((stage for stage in lab.stages if stage.name == "predict"), None)
    if spec is None:
        return {"prediction": None}
    answer = prediction_of(user, lab)
    return {
        "prediction": answer,
        "question": to_html(spec.question),
        "options": [
            {
                "number": number,
                "html": to_html(text),
                "chosen": bool(answer) and answer.choice == number,
            }
            for number, text in enumerate(spec.options)
        ],
        "right_option": to_html(spec.options[spec.answer]) if answer else "",
        "because": to_html(spec.because) if answer else "",
    }


def _explain(user, lab: Lab) -> dict[str, Any]:
    spec = next((stage for stage in lab.stages if stage.name == "explain"), None)
    written = explanation_of(user, lab)
    found = set(written.points) if written else set()
    return {
        "explanation": written,
        "explain_question": to_html(spec.question) if spec else "",
        "debrief": to_html(lab.debrief) if written else "",
        "points": [
            {"number": number, "html": to_html(text), "found": number in found}
            for number, text in enumerate(spec.strong_points if spec and written else ())
        ],
    }


def _hints(user, lab: Lab) -> dict[str, Any]:
    shown = hints_shown(user, lab)
    return {
        "hints": [to_html(text) for text in lab.hints[:shown]],
        "hints_left": len(lab.hints) - shown,
        "hints_total": len(lab.hints),
    }
