"""The task a worker runs. It carries an id, and all it knows is whom to ask."""

from __future__ import annotations

from celery import shared_task

from attempts.judging import judge
from attempts.relay import JUDGE_TASK


@shared_task(name=JUDGE_TASK)
def judge_attempt(attempt_id: int) -> None:
    """Judge this attempt, unless it was judged, cancelled or claimed in the meantime."""
    judge(attempt_id)
