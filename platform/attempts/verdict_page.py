"""Gathers what the verdict page shows out of the stored report, story and trace."""

from __future__ import annotations

from typing import Any

from attempts import verdict_words as words
from attempts.histories import history_file
from attempts.models import Attempt, Charge
from attempts.pictures.story import draw_story
from attempts.pictures.svg import seconds
from attempts.pictures.trace import draw_trace
from attempts.sections import proof_words
from catalog.shelf import UnknownLabError, find_lab

STROKES = {"PASS": "pass", "FAIL": "fail", "INCONCLUSIVE": "open"}
AS_FOUND = ", as found"
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
        "records": _records(report),
        "more_records": _records_left_out(report),
        "story": draw_story(attempt.story),
        "settings": _settings(report, before),
        "facts": _facts(report),
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


def _records(report: dict[str, Any]) -> list[dict[str, Any]]:
    """The operations that show the anomalies, as rows of a table."""
    rows = []
    for anomaly in report["anomalies"]:
        for evidence in anomaly["evidence"]:
            topic, partition = evidence["topic"], evidence["partition"]
            rows.append(
                {
                    "id": evidence["id"] or "",
                    "at": f"{seconds(evidence['t_ms'])} s" if evidence["t_ms"] is not None else "",
                    "broker": _shown(evidence["broker"]),
                    "partition": f"{topic}-{partition}" if partition is not None else "",
                    "offset": f"{evidence['offset']:,}" if evidence["offset"] is not None else "",
                    "epoch": _shown(evidence["leader_epoch"]),
                    "what": words.sentence(evidence["what"]),
                    "detail": proof_words(evidence["detail"]),
                    "cause": anomaly["cause"].replace("-", " "),
                }
            )
    return rows


def _records_left_out(report: dict[str, Any]) -> int:
    total = sum(anomaly["count"] for anomaly in report["anomalies"])
    return max(0, total - sum(len(anomaly["evidence"]) for anomaly in report["anomalies"]))


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


def _settings(report: dict[str, Any], before: Attempt | None) -> list[dict[str, Any]]:
    """Settings of the run beside those the learner found, and those of the attempt before."""
    settings = report["settings"]
    earlier = (before.report or {}).get("settings", {}) if before else {}
    rows = []
    for whose in (name for name in settings if not name.endswith(AS_FOUND)):
        now, found = settings[whose], settings.get(whose + AS_FOUND, {})
        for name in sorted({*now, *found}):
            rows.append(
                {
                    "whose": whose,
                    "name": name,
                    "now": now.get(name, ""),
                    "found": found.get(name, ""),
                    "was": earlier.get(whose, {}).get(name, ""),
                }
            )
    return rows


def _facts(report: dict[str, Any]) -> list[tuple[str, str]]:
    timings = dict(report["timings_s"])
    warm = timings.pop("warm", None)
    facts = [
        ("versions", " · ".join(f"{name} {text}" for name, text in report["versions"].items())),
        ("seed", str(report["seed"])),
        ("cluster", "" if warm is None else "taken warm" if warm else "started cold"),
        ("timings", " · ".join(_timing(name, lasted) for name, lasted in timings.items())),
    ]
    facts += [_figure(name, value) for name, value in report["figures"].items()]
    return [(name, value) for name, value in facts if value]


def _timing(name: str, lasted_s: float) -> str:
    return f"{name.removesuffix('_s').replace('_', ' ')} {lasted_s:.2f} s"


def _figure(name: str, value: Any) -> tuple[str, str]:
    if name.endswith("_ms"):
        return name.removesuffix("_ms").replace("_", " "), f"{seconds(value)} s"
    shown = f"{value:,}" if isinstance(value, int) else str(value)
    return name.replace("_", " "), shown


def _line(t_ms: float, stream: str, text: str) -> str:
    return f"{seconds(t_ms):>7} {'! ' if stream == 'stderr' else ''}{text}"
