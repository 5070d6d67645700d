"""A worker whose runs are scripted: everything but the brokers is the product's own.

It claims queued attempts, holds the lease, writes the events of `night` to Redis and stores what
the judge makes of their history. A file in SCRIPT_FOLDER steers it:

    verdict          FAIL, PASS or INCONCLUSIVE (PASS without the file)
    speed            how many times faster than the clock (40)
    stop-at          hold the run at this moment in ms until the file is gone
    lease            how long a worker may be silent, in seconds, read at its start (30)

It appends a line with its process id to the file `runs` for each run that it begins, and one to
`ended` when that run is over.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import django

django.setup()

from attempts import judging, lease  # noqa: E402
from attempts.models import Attempt  # noqa: E402
from browser.night import events_of, history_of  # noqa: E402
from judge.events import Event  # noqa: E402
from judge.history import write_history  # noqa: E402
from judge.judging import judge_history  # noqa: E402

FOLDER = Path(os.environ["SCRIPT_FOLDER"])


def told(name: str, usual: str) -> str:
    """What the test wrote into the file of that name."""
    try:
        return (FOLDER / name).read_text().strip() or usual
    except FileNotFoundError:
        return usual


def note(name: str) -> None:
    """Append this process to the file of that name."""
    with (FOLDER / name).open("a") as log:
        log.write(f"{os.getpid()}\n")


def run_by_script(job, on_event, should_stop, history_path):
    """In place of `attempts.engine.run_job`."""
    note("runs")
    try:
        return _played(job, on_event, should_stop, history_path)
    finally:
        note("ended")


def _played(job, on_event, should_stop, history_path):
    verdict = told("verdict", "PASS")
    loses = verdict == "FAIL" or job.stage == "reproduce"
    last_ms = 0.0
    for event in events_of(loses):
        while not should_stop() and event.t_ms >= float(told("stop-at", "1e9")):
            time.sleep(0.02)
        if should_stop():
            break
        time.sleep((event.t_ms - last_ms) / 1000 / float(told("speed", "40")))
        last_ms = event.t_ms
        on_event(event)
    ops = history_of(verdict, job.stage)
    write_history(history_path, ops)
    report = judge_history(ops)
    on_event(Event("report", 0.0, report.to_dict()))
    return report


def main() -> None:
    """Judge whatever is queued, until killed."""
    judging.run_job = run_by_script
    lease.LEASE_S = float(told("lease", "30"))
    while True:
        for pk in Attempt.objects.filter(state=Attempt.QUEUED).values_list("pk", flat=True):
            judging.judge(pk)
        time.sleep(0.05)


main()
