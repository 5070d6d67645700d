"""The one place that calls the engine; holds this worker process's warm sandboxes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from catalog.shelf import labs
from judge.errors import JudgeError
from judge.events import OnEvent
from judge.job import Job
from judge.verdict import Report

if TYPE_CHECKING:
    from judge.kafka.shape import Shape

log = logging.getLogger(__name__)

_making = threading.Lock()
_pool: Any = None


def warm_pool() -> Any:
    """The pool of this process, made at the first call and kept: sandboxes die with their owner.

    The pool has a thread of its own that starts them; a thread of the worker's would take its
    sandboxes with it whenever it ends.
    """
    from judge.sandbox.pool import Pool

    global _pool
    with _making:
        if _pool is None:
            _pool = Pool(settings.HOME, settings.WARM_SANDBOXES, _first_shape())
    return _pool


def _first_shape() -> Shape:
    """The cluster that the first lab needs; later the pool follows what is asked for."""
    from judge.kafka.shape import Shape
    from judge.shapes import shape_of

    first = next(iter(labs()), None)
    return shape_of(first) if first else Shape()


def close_pool() -> None:
    """End the warm sandboxes of this process, if it has any."""
    global _pool
    with _making:
        pool, _pool = _pool, None
    if pool is not None:
        pool.close()


def run_job(
    job: Job, on_event: OnEvent, should_stop: Callable[[], bool], history_path: Path
) -> Report:
    """Run on real brokers. Never raises for the learner's or our failure: the report says it."""
    from judge.run import run

    try:
        sandboxes = warm_pool()
    except JudgeError as wrong:
        log.warning("no pool of sandboxes: %s", wrong)
        sandboxes = None  # The run meets the same error, and its report says it to people.
    return run(
        job,
        on_event,
        home=settings.HOME,
        sandboxes=sandboxes,
        should_stop=should_stop,
        history_path=history_path,
    )
