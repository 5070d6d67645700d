"""The life of single records: a whole line while some log holds it, dotted after the last copy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attempts.pictures.svg import seconds

SIGNS = {
    "handed": "info",
    "sent": "info",
    "appended": "leader",
    "acknowledged": "ack",
    "accepted": "ack",
    "put": "leader",
    "processed": "ack",
    "committed": "note",
    "refused": "refused",
    "program-refused": "refused",
    "unanswered": "doubt",
    "behind": "out",
    "killed": "dead",
    "leader": "leader",
    "no-leader": "out",
    "replaced": "info",
    "read": "ack",
    "lost": "lost",
}
ONLY_COPY = "the only copy"


def draw_lives(story: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each life as rows of a list, with the step from which no log holds the record."""
    return [
        {"id": life["id"], "fate": life["fate"].replace("-", " "), "steps": _steps(life)}
        for life in story["lives"]
    ]


def _steps(life: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows, gone = [], False
    for step in life["steps"]:
        last_copy = step["what"] == "killed" and step["note"].startswith(ONLY_COPY)
        gone = gone or (life["fate"] == "lost" and (last_copy or step["what"] == "lost"))
        rows.append(
            {
                "at": seconds(step["t_ms"]),
                "sign": SIGNS.get(step["what"], "info"),
                "text": step["text"],
                "note": step["note"],
                "source": step["source"],
                "gone": gone,
            }
        )
    return rows
