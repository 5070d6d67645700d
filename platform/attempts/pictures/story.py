"""Everything that is drawn of a judged run: lanes, logs at the kill, lives of records."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from attempts.pictures.cluster import ClusterPicture, draw_cluster
from attempts.pictures.life import draw_lives
from attempts.pictures.story_table import story_table
from attempts.pictures.swimlane import draw_swimlane

log = logging.getLogger(__name__)


def draw_story(story: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The pictures of a stored story; None when there is none, or an older engine told it."""
    if not story:
        return None
    try:
        return {
            "swimlane": draw_swimlane(story),
            "rows": story_table(story),
            "lives": draw_lives(story),
            **_at_kill(story),
        }
    except (KeyError, TypeError, ValueError):
        # The verdict stands without its pictures; a story of another shape must not hide it.
        log.exception("a stored story cannot be drawn")
        return None


def _at_kill(story: Mapping[str, Any]) -> dict[str, Any]:
    logs = story["at_kill"]
    if not logs:
        return {"at_kill": None}
    mark = logs["high_watermark"]
    ends = logs["log_ends"]
    partition = {
        "topic": story["topic"],
        "partition": story["partition"],
        "leader": logs["broker"],
        "isr": logs["isr"],
        "replicas": [int(broker) for broker in ends],
        "log_end": ends,
        "high_watermark": min(ends.values()) if mark is None else mark,
    }
    data = {"brokers": dict.fromkeys(ends, "up"), "partitions": [partition]}
    drawn: ClusterPicture = draw_cluster(data, {})
    end = ends.get(str(logs["broker"]), 0)
    only = logs["only_there"]
    return {
        "at_kill": drawn,
        "kill_broker": logs["broker"],
        "only_there": f"{only:,}" if only else "",
        "only_from": f"{end - only:,}",
        "only_to": f"{end - 1:,}",
    }
