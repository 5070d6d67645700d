"""Gathers what the verdict page shows out of the stored report, story and trace."""

from __future__ import annotations

from typing import Any

from attempts import verdict_tables as tables
from attempts import verdict_words as words
from attempts.histories import history_file
from attempts.models import Attempt, Charge
from attempts.pictures.story import draw_story
from attempts.pictures.svg import seconds
from attempts.pictures.trace import draw_trace
from catalog.shelf import UnknownLabError, find_lab

STROKES = {"PASS": "pass", "FAIL": "fail", "INCONCLUSIVE": "open"}
SIGNS = {"pass": "pass", "fail": "fail", "open": "inconclusive"}


def verdict_context(user, attempt: Attempt) -> dict[str, Any]:
    """Everything that verdict.html needs; `attempt` is judged."""
    report = attempt.report or {}
    before = _before(attempt)
    stroke = STROKES[report["verdict"]]
    return {
        "attempt": attempt,
        "mine": attempt.user_id == user.pk,
        "report": report,
        "stroke": stroke,
        "sign_name": SIGNS[stroke],
        "anomaly": _anomaly_name(report),
        "headline": words.headline(report),
        "banner": draw_trace(report, attempt.story),
        "promised": words.promised(report),
        "happened": words.happened(report),
        "why": words.why(report),
        "next": words.what_next(report),
        "before": before,
        "checks": _checks(attempt, report, before),
        "records": tables.records(report),
        "more_records": tables.records_left_out(report),
        "story": draw_story(attempt.story),
        "settings": tables.settings_compared(report, before),
        "facts": tables.facts(report),
        "output": [_line(*row) for row in (attempt.trace or {}).get("output", [])],
        "files": sorted(attempt.submission.files.items()),
        "has_history": history_file(attempt) is not None,
        "fails": Charge.objects.filter(user=attempt.user_id, lab_slug=attempt.lab_slug).count(),
    }


def _before(attempt: Attempt) -> Attempt | None:
    """The judged attempt before this one at the same stage, to compare with."""
    rows = Attempt.objects.filter(
        user=attempt.user_id,
        lab_slug=attempt.lab_slug,
        stage=attempt.stage,
        state=Attempt.JUDGED,
        number__lt=attempt.number,
    )
    return rows.defer("story", "trace").order_by("-number").first()


def _anomaly_name(report: dict[str, Any]) -> str:
    names = [row["name"].replace("-", " ") for row in report["anomalies"]]
    return names[0] if names and report["verdict"] == "FAIL" else ""


def _checks(attempt: Attempt, report: dict[str, Any], before: Attempt | None) -> list[dict]:
    held, judged = _promises(attempt), report["verdict"] != "INCONCLUSIVE"
    earlier = (
        {row["check"]: row for row in (before.report or {}).get("checks", [])} if before else {}
    )
    rows = []
    for row in report["checks"]:
        asked = row["check"] in held
        if judged and not asked and row["kept"] is None:
            continue  # nobody asked, and it has nothing to say
        rows.append(
            {
                "name": words.CHECK_WORDS.get(row["check"], (row["check"], ""))[0],
                **_mark(row["kept"] if judged else None, asked),
                "summary": words.sentence(row["summary"]),
                "place": _place(row),
                "before": _compared(row, earlier.get(row["check"])),
                "asked": asked,
            }
        )
    return rows


def _promises(attempt: Attempt) -> tuple[str, ...]:
    try:
        lab = find_lab(attempt.lab_slug)
    except UnknownLabError:
        return tuple(words.CHECK_WORDS)
    return lab.promises if attempt.stage == "fix" else ()


def _mark(kept: bool | None, asked: bool) -> dict[str, Any]:
    if kept is None:
        return {"stroke": "open", "sign": "inconclusive", "word": "not judged", "bad": False}
    if kept:
        return {"stroke": "pass", "sign": "pass", "word": "kept", "bad": False}
    word = "broken" if asked else "seen"
    return {"stroke": "fail", "sign": "fail", "word": word, "bad": asked}


def _place(row: dict[str, Any]) -> str:
    """Where the first operation that shows the anomaly stands."""
    for anomaly in row["anomalies"]:
        for evidence in anomaly["evidence"]:
            if evidence["offset"] is not None:
                epoch = evidence["leader_epoch"]
                place = (
                    f"{evidence['topic']}-{evidence['partition']}, offset {evidence['offset']:,}"
                )
                return place + (f", epoch {epoch}" if epoch is not None else "")
    return ""


def _compared(row: dict[str, Any], earlier: dict[str, Any] | None) -> str:
    if earlier is None:
        return ""
    now, then = _total(row), _total(earlier)
    return "same" if now == then else f"{then:,} → {now:,}"


def _total(row: dict[str, Any]) -> int:
    return sum(anomaly["count"] for anomaly in row["anomalies"])


def _line(t_ms: float, stream: str, text: str) -> str:
    return f"{seconds(t_ms):>7} {'! ' if stream == 'stderr' else ''}{text}"
