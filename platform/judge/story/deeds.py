"""What a program that reads a topic did with one record: processed it, committed beyond it."""

from __future__ import annotations

from judge.group_commits import commits, read_topic
from judge.index import History, offset_at, partition_at
from judge.processing import processing
from judge.story.step import Step

MAX_DEEDS = 4
"""Times that one record was processed which are told; of more, the first ones are."""


def deeds(history: History, order_id: str) -> list[Step]:
    """The steps of a record that our own producer put into a topic; none of any other's."""
    place = history.filled.get(order_id)
    if place is None:
        return []
    partition, offset = partition_at(place), offset_at(place)
    where = f"{read_topic(history)}-{partition}, offset {offset:,}"
    text, seen = "stored in the topic", history.filled_ms[order_id]
    steps = [Step(seen, "put", text, where, "ledger", None, offset)]
    for count, (t_ms, program) in enumerate(history.processed.get(order_id, ())[:MAX_DEEDS]):
        again = " again" if count else ""
        steps.append(Step(t_ms, "processed", f"processed{again} by {program}", "", "program"))
    return steps + _covered(history, partition, offset)


def fate_of_deeds(history: History, order_id: str) -> str:
    """processed, processed-twice or never-processed; "" where no program was to process it."""
    asked = history.processed or {"unseen", "reprocessed"} & {*history.terms.promises}
    if order_id not in history.filled or not asked:
        return ""
    times = len(history.processed.get(order_id, ()))
    return "never-processed" if not times else "processed" if times == 1 else "processed-twice"


def last_before_break(history: History) -> list[str]:
    """The record that was processed last before a program first ended or was stopped."""
    breaks = processing(history).breaks
    if not breaks:
        return []
    done = (
        (t_ms, order_id)
        for order_id, times in history.processed.items()
        for t_ms, _ in times
        if t_ms <= breaks[0].t_ms
    )
    last = max(done, default=None)
    return [last[1]] if last and last[1] in history.filled else []


def _covered(history: History, partition: int, offset: int) -> list[Step]:
    """The first commit of each group beyond the record: from then on nobody reads it again."""
    steps: dict[str, Step] = {}
    for commit in commits(history).get(partition, ()):
        if commit.offset > offset and commit.group not in steps:
            text = f"group {commit.group} commits offset {commit.offset:,}"
            note = "inside its transaction" if commit.in_transaction else "it counts as done"
            source = "tap" if commit.seen_by == "tap" else "coordinator"
            steps[commit.group] = Step(commit.t_ms, "committed", text, note, source)
    return list(steps.values())
