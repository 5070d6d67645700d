"""What progress tells the home page: the lab in hand, and how far each lab has come."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from attempts.models import Attempt
from attempts.stages import StageState, current_stage, stage_states
from attempts.work import work_of
from catalog.shelf import UnknownLabError, find_lab, labs
from judge.lab import Lab
from judge.verdict import Verdict
from progress.proven import STANDINGS, standing
from submissions.models import Draft, Prediction
from web.front_page import Family, LabRow, Link, Step, Then

FAMILIES = {
    "lost-write": ("lost", "Lost", "an acknowledged record is gone"),
    "duplicate": ("duplicate", "Twice", "one order, two records"),
    "unavailable": ("refused", "Closed", "the cluster says no for too long"),
}
"""The anomaly that a lab reproduces -> the sign, heading and words of its family."""


def next_step(request: HttpRequest) -> Step | None:
    """Go on with the lab in hand; None for whoever has begun none, or has proved it."""
    lab = _lab_in_hand(request.user)
    if lab is None:
        return None
    states = stage_states(request.user, lab)
    if all(state.state == "done" for state in states):
        return None
    return _go_on(request.user, lab, states)


def families(request: HttpRequest) -> list[Family]:
    """The labs on offer, by what breaks in them."""
    found: dict[str, list[LabRow]] = {}
    work = work_of(request.user)
    for lab in labs():
        sign, words = STANDINGS[standing(lab, work)]
        row = LabRow(lab.slug, _url(lab), lab.title, lab.minutes, sign, words)
        found.setdefault(_breaks(lab), []).append(row)
    other = ("info", "Other", "")
    return [Family(*FAMILIES.get(name, other), tuple(rows)) for name, rows in found.items()]


def _go_on(user, lab: Lab, states: list[StageState]) -> Step:
    stage = current_stage(states)
    place = [state.spec.name for state in states].index(stage.spec.name) + 1
    last = Attempt.objects.filter(user=user, lab_slug=lab.slug, state=Attempt.JUDGED)
    last = last.defer("report", "story", "trace").order_by("-number").first()
    also = ()
    if last:
        url = reverse("attempts:page", args=[last.uid])
        also = (Link(f"See the verdict of attempt {last.number}", url),)
    later = states[place:]
    return Step(
        kicker=f"Next · lab {lab.slug} · stage {place} of {len(states)}, {stage.spec.name}",
        heading=_heading(lab, stage, last),
        text=lab.story,
        action=Link("Continue the lab", _url(lab)),
        also=also,
        then=tuple(Then(state.name, state.spec.title) for state in later),
    )


def _heading(lab: Lab, stage: StageState, last: Attempt | None) -> str:
    if stage.spec.name == "fix" and last and last.verdict == Verdict.PASS:
        return "You made Kafka lose what it confirmed. Now make it impossible."
    if stage.spec.name == "explain":
        return "Proved. Now explain it to the room."
    return f"{lab.title}: {stage.spec.title[:1].lower()}{stage.spec.title[1:]}."


def _lab_in_hand(user) -> Lab | None:
    """The lab the user touched last."""
    if not user.is_authenticated:
        return None
    touched = [
        *Attempt.objects.filter(user=user).order_by("-id").values_list("made_at", "lab_slug")[:1],
        *Draft.objects.filter(user=user)
        .order_by("-saved_at")
        .values_list("saved_at", "lab_slug")[:1],
        *Prediction.objects.filter(user=user)
        .order_by("-id")
        .values_list("locked_at", "lab_slug")[:1],
    ]
    for _, slug in sorted(touched, reverse=True):
        try:
            return find_lab(slug)
        except UnknownLabError:
            continue
    return None


def _breaks(lab: Lab) -> str:
    return next((stage.anomaly for stage in lab.stages if stage.anomaly), "")


def _url(lab: Lab) -> str:
    return reverse("catalog:lab", args=[lab.slug])
