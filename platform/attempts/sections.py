"""Draws the parts of the live page, each by itself, so that only what changed is sent."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils.html import escape

from attempts.live import LiveState
from attempts.pictures.cluster import draw_cluster
from attempts.pictures.svg import seconds
from attempts.pictures.timeline import draw_timeline
from attempts.status import Status
from judge.events import STAGES

STAGE_WORDS = {
    "preparing": "Prepare",
    "starting": "Start",
    "workload": "Workload",
    "fault": "Fault",
    "recovery": "Recover",
    "reading": "Read logs",
    "checking": "Check",
}
MOMENT_SIGNS = {
    "fault-held": "fault",
    "fault-fired": "dead",
    "fault-healed": "fault",
    "leader": "leader",
    "isr": "out",
    "program": "info",
    "note": "note",
}


def draw_sections(live: LiveState, status: Status) -> dict[str, str]:
    """Every part of the page by the id of the element that it fills."""
    moments = [_moment(row) for row in reversed(live.moments)]
    return {
        "run-title": escape(headline(live, status)),
        "run-said": escape(f"{moments[0]['at']} seconds: {moments[0]['text']}" if moments else ""),
        "run-counts": render_to_string("attempts/_counts.html", _counts(live)),
        "run-stages": render_to_string("attempts/_stages.html", {"stages": stages(live, status)}),
        "run-cluster": render_to_string("attempts/_cluster.html", _cluster(live)),
        "run-table": render_to_string("attempts/_cluster_rows.html", _cluster(live)),
        "run-timeline": draw_timeline(live),
        "run-moments": render_to_string("attempts/_moments.html", {"moments": moments}),
        "run-output": "\n".join(_line(*line) for line in live.output),
    }


def headline(live: LiveState, status: Status) -> str:
    """The sentence over the page: what is going on, with the number that matters."""
    if status.state == "queued":
        return _waiting(status)
    if status.cancel_requested:
        return "Ending the attempt, as you asked."
    if not status.is_open or live.judged:
        return "Judged. The verdict is being written down."
    dead = sorted(live.killed_ms)
    leader = live.reigns[-1].broker if live.reigns else None
    if live.stage in ("reading", "checking"):
        return "The run is over. Every log is read and compared."
    if dead and (leader is None or leader in live.killed_ms):
        return f"Running. Broker {dead[-1]} is dead and nobody leads."
    if dead:
        return f"Running. Broker {dead[-1]} is dead, broker {leader} leads."
    if live.bands and live.bands[-1].until_ms is None:
        return f"Running. {live.bands[-1].label or 'A fault is held'}."
    if live.stage == "workload":
        return f"Running. {live.counts.get('acknowledged', 0):,} records acknowledged."
    return "Starting the brokers."


def _waiting(status: Status) -> str:
    if status.reruns:
        return "We could not tell. We run it once more, at no cost."
    if status.tries:
        return "The worker was lost. Your attempt goes to the next one, at no cost."
    queue = status.queue
    if queue is None:
        return "Waiting."
    if queue.wait_s is None:
        return "Waiting for a worker to come up."
    if queue.wait_s < 1:
        return "You are next."
    return f"Waiting at place {queue.place}, about {round(queue.wait_s)} s."


def stages(live: LiveState, status: Status) -> list[dict[str, Any]]:
    """The named stages of a run with their state and a word on each."""
    waiting = status.state == "queued" or bool(live.held_up)
    now = STAGES.index(live.stage) if live.stage and not waiting else -1
    queue = status.queue
    place = live.held_up or (f"place {queue.place}" if waiting and queue else "")
    rows = [_stage("Queued", "current" if waiting else "done", place)]
    for index, name in enumerate(STAGES):
        state = "todo" if waiting or index > now else "done" if index < now else "current"
        rows.append(_stage(STAGE_WORDS[name], state, _stage_note(live, name, state)))
    if not waiting and now < 0:
        rows[1]["state"] = "current"
    rows.append(_stage("Verdict", "current" if live.judged else "todo", ""))
    return rows


def _stage(name: str, state: str, note: str) -> dict[str, Any]:
    return {"name": name, "state": state, "note": note}


def _stage_note(live: LiveState, name: str, state: str) -> str:
    begun = live.stages.get(name)
    # What comes before the workload is on another clock.
    if begun is None or state != "done" or name in ("preparing", "starting"):
        return ""
    later = [row["from_ms"] for row in live.stages.values() if row["from_ms"] > begun["from_ms"]]
    if not later:
        return ""
    return f"{seconds(min(later) - begun['from_ms'])} s"


def _counts(live: LiveState) -> dict[str, str]:
    counts = live.counts
    answered = counts.get("accepted", 0) + counts.get("refused", 0)
    return {
        "acknowledged": f"{counts.get('acknowledged', 0):,}",
        "open": f"{max(0, counts.get('handed', 0) - answered):,}",
        "refused": f"{counts.get('refused', 0):,}",
        "clock": f"{seconds(live.now_ms)} s",
    }


def _cluster(live: LiveState) -> dict[str, Any]:
    return {"cluster": draw_cluster(live.cluster, live.killed_ms) if live.cluster else None}


def _moment(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "at": seconds(row["t_ms"]),
        "text": row["text"],
        "sign": MOMENT_SIGNS.get(row["what"], "info"),
        "held": row["held"],
        "proof": proof_words(row["detail"]),
    }


def proof_words(detail: dict[str, Any]) -> str:
    """What stood behind a moment, as `key value` pairs, bounded."""
    pairs = (
        f"{name.replace('_', ' ')} {_plain(value)}"
        for name, value in detail.items()
        if value not in (None, "", [], {})
    )
    return ", ".join(pairs)[:160]


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}:{inner}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return " ".join(str(part) for part in value)
    return str(value)


def _line(t_ms: float, stream: str, text: str) -> str:
    mark = "! " if stream == "stderr" else ""
    return escape(f"{seconds(t_ms):>7} {mark}{text}")
