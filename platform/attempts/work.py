"""What one learner has done in every lab, read by a few queries however many labs there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from attempts.models import Attempt
from judge.job import RUN_STAGES
from judge.verdict import Verdict
from submissions.models import Explanation, Prediction


class Ran(NamedTuple):
    """An attempt as a list of stages tells it: its number, and its verdict or else its state."""

    number: int
    state: str
    verdict: str


@dataclass(frozen=True, slots=True)
class Work:
    """By lab, or by lab and stage. `right`: lab -> whether its locked prediction was. `latest`
    lacks cancelled attempts; `passed` has every stage that was ever passed.
    """

    right: Mapping[str, bool] = field(default_factory=dict)
    explained: frozenset[str] = frozenset()
    latest: Mapping[tuple[str, str], Ran] = field(default_factory=dict)
    passed: frozenset[tuple[str, str]] = frozenset()


def work_of(user, lab_slug: str | None = None) -> Work:
    """The work of `user`, in one lab or in all; none of a visitor who is nobody yet."""
    if not user.pk:
        return Work()
    asked = {"user": user} if lab_slug is None else {"user": user, "lab_slug": lab_slug}
    attempts = Attempt.objects.filter(**asked, stage__in=RUN_STAGES).order_by("id")
    rows = attempts.values_list("lab_slug", "stage", "number", "state", "verdict")
    ran = [((slug, stage), Ran(*told)) for slug, stage, *told in rows]
    predictions = Prediction.objects.filter(**asked)
    return Work(
        right={locked.lab_slug: locked.right for locked in predictions},
        explained=frozenset(
            Explanation.objects.filter(**asked).values_list("lab_slug", flat=True)
        ),
        latest={place: each for place, each in ran if each.state != Attempt.CANCELLED},
        passed=frozenset(place for place, each in ran if each.verdict == Verdict.PASS.value),
    )
