"""Keeps the history of a real run, and what it was judged as, for every later engine to repeat."""

from __future__ import annotations

import json
import lzma
import re
from pathlib import Path
from typing import Any

from judge.errors import LearnerError
from judge.index import History
from judge.indexing import index_history
from judge.replay import replay, stored_ops

EXPECTED = "expected.json"
MOST_BYTES = 80_000
"""Compressed: a run of a thousand orders takes 40 KB, and a repository keeps them for ever."""


def cut(history: Path, name: str, folder: Path) -> Path:
    """Put `history` into `folder` as the golden history `name`; returns the file that was made.

    It is kept as it was recorded, compressed. Its row in expected.json says what each of its
    stages came to and every whole figure; read it before it is committed. An older one of that
    name is replaced.

    Raises:
        LearnerError: `name` is no slug, or the history is too large to be kept.
        JudgeError: "history-unreadable".
    """
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name):
        raise LearnerError("bad-name", f"{name!r} must be lower-case words joined by dashes.")
    row = _row(history)
    body = lzma.compress(history.read_bytes(), preset=9 | lzma.PRESET_EXTREME)
    if len(body) > MOST_BYTES:
        raise LearnerError(
            "history-too-large",
            f"{history} takes {len(body):,} bytes compressed; at most {MOST_BYTES:,} are kept. "
            "Record a run of a lab with fewer orders.",
        )
    expected = folder / EXPECTED
    rows = json.loads(expected.read_text(encoding="utf-8")) if expected.exists() else {}
    rows[name] = row
    kept = folder / f"{name}.jsonl.xz"
    kept.write_bytes(body)
    expected.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return kept


def _row(history: Path) -> dict[str, Any]:
    indexed: History = index_history(stored_ops(history), None)
    # A lab without the stage reproduce names no anomaly that it would have to show.
    stages = ("reproduce", "fix") if indexed.terms.wanted_anomaly else ("fix",)
    reports = {stage: replay(history, stage=stage) for stage in stages}
    row: dict[str, Any] = {
        stage: {
            "verdict": report.verdict.value,
            "reason": report.reason,
            "anomalies": [[each.name, each.cause, each.count] for each in report.anomalies],
        }
        for stage, report in reports.items()
    }
    figures = reports["fix"].figures
    row["figures"] = {name: value for name, value in figures.items() if type(value) is int}
    return row
