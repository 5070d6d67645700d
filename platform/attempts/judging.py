"""Judges one attempt: claim it, run it on brokers, tell the page, store the verdict once."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable

from attempts import lease as leases
from attempts.engine import run_job
from attempts.heartbeat import Heartbeat
from attempts.histories import new_history_path
from attempts.lease import Lease, Outcome
from attempts.live import LiveState
from attempts.models import Attempt
from attempts.owners import owner
from attempts.storable import storable
from attempts.storytelling import tell_story
from attempts.stream import EventWriter
from attempts.waits import let_connection_go
from catalog.shelf import UnknownLabError, find_lab
from judge.errors import LearnerError
from judge.events import Event
from judge.job import Job, draw_seed

log = logging.getLogger(__name__)

RESTARTED, SETTLED = "restarted", "settled"
"""Kinds of event that the site adds: a run began anew; look at the database, it has news."""


def judge(attempt_id: int) -> bool:
    """Judge the attempt unless somebody else has it. Whether this call settled it."""
    lease = leases.claim(attempt_id, owner=owner(), host=socket.gethostname())
    if lease is None:
        return False
    writer = EventWriter(lease.uid, lease.epoch)
    try:
        return _judge_held(lease, writer)
    except UnknownLabError:
        return leases.fail(lease, "lab-gone")
    except LearnerError:
        # They were checked when they were frozen, so the lab has changed since.
        return leases.fail(lease, "files-refused")
    except Exception:
        # Ours, whatever it was: back into the queue, and after a few tries failed, uncharged.
        log.exception("attempt %s could not be judged", lease.attempt_id)
        leases.give_up(lease)
        return False
    finally:
        # Written last, when the row has its new state: the page looks there at once.
        writer.write(Event(SETTLED, 0.0, {}))
        writer.close()


def _judge_held(lease: Lease, writer: EventWriter) -> bool:
    attempt = Attempt.objects.select_related("submission").get(pk=lease.attempt_id)
    if lease.epoch > 1:
        why = "inconclusive" if attempt.reruns else "worker-lost"
        writer.write(Event(RESTARTED, 0.0, {"why": why}))
    let_connection_go()
    with Heartbeat(lease) as heart:
        outcome = run_attempt(attempt, lease.epoch, writer.write, heart.should_stop)
    if heart.should_stop() and not leases.settle_cancel(lease):
        log.warning("attempt %s: the lease of epoch %s is lost", lease.attempt_id, lease.epoch)
        return False
    return heart.should_stop() or leases.finish(lease, outcome)


def run_attempt(
    attempt: Attempt,
    epoch: int,
    tell: Callable[[Event], None],
    should_stop: Callable[[], bool],
) -> Outcome:
    """Run the attempt's files on brokers and gather everything that its pages will show."""
    files = {name: text.encode() for name, text in attempt.submission.files.items()}
    job = Job(find_lab(attempt.lab_slug), attempt.stage, files, draw_seed())
    live = LiveState()

    def on_event(event: Event) -> None:
        clean = Event(event.kind, event.t_ms, storable(event.data))
        live.take(clean.kind, clean.t_ms, clean.data)
        tell(clean)

    history = new_history_path(attempt, epoch)
    report = storable(run_job(job, on_event, should_stop, history).to_dict())
    story = storable(tell_story(report, history))
    kept = history.name if history.is_file() else ""
    return Outcome(report, story, storable(live.trace()), kept)
