"""The stages of a lab: what is asked, what must be made to happen, what a fix must keep."""

from __future__ import annotations

from dataclasses import dataclass

from judge.checkers import PROMISES
from judge.fields import Fields

STAGE_NAMES = ("predict", "reproduce", "fix", "explain")


@dataclass(frozen=True, slots=True)
class StageSpec:
    """One stage of a lab. Fields that a stage does not use are empty.

    predict uses question, options, answer (index) and because; reproduce uses anomaly and
    causes; fix uses promises; explain uses question and strong_points.
    """

    name: str
    title: str
    text: str = ""
    question: str = ""
    options: tuple[str, ...] = ()
    answer: int = -1
    because: str = ""
    anomaly: str = ""
    causes: tuple[str, ...] = ()
    promises: tuple[str, ...] = ()
    strong_points: tuple[str, ...] = ()


def read_stages(top: Fields) -> tuple[StageSpec, ...]:
    """Every [[stage]] of a lab.toml. Raises LabError."""
    stages = tuple(_stage(row) for row in top.tables("stage"))
    names = [stage.name for stage in stages]
    if "fix" not in names:
        raise top.wrong(
            "stage", "must have one named 'fix'.", "A lab without a fix proves nothing."
        )
    if names != [name for name in STAGE_NAMES if name in names]:
        raise top.wrong("stage", f"must come once each, in this order: {', '.join(STAGE_NAMES)}.")
    return stages


def _stage(row: Fields) -> StageSpec:
    name = row.text("name", one_of=STAGE_NAMES)
    asks = name in ("predict", "explain")
    options = row.texts("options") if name == "predict" else ()
    answer = row.whole("answer") if name == "predict" else -1
    if name == "predict" and answer >= len(options):
        raise row.wrong("answer", f"is {answer}, but options are numbered 0 to {len(options) - 1}.")
    promises = row.texts("promises") if name == "fix" else ()
    for promise in promises:
        if promise not in PROMISES:
            raise row.wrong(
                "promises",
                f"names {promise!r}, which no checker tests.",
                f"Known: {', '.join(PROMISES)}.",
            )
    stage = StageSpec(
        name=name,
        title=row.text("title"),
        text=row.text("text", ""),
        question=row.text("question") if asks else "",
        options=options,
        answer=answer,
        because=row.text("because") if name == "predict" else "",
        anomaly=row.text("anomaly") if name == "reproduce" else "",
        causes=row.texts("causes") if name == "reproduce" else (),
        promises=promises,
        strong_points=row.texts("strong_points") if name == "explain" else (),
    )
    row.done()
    return stage
