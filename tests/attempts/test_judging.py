"""The task: claims, runs, tells the page, stores; a scripted engine stands for the brokers."""

import pytest

from attempts import judging
from attempts.cancel import cancel
from attempts.heartbeat import Heartbeat
from attempts.intake import submit
from attempts.lease import claim
from attempts.models import Attempt, Charge
from attempts.tasks import judge_attempt
from judge.errors import LearnerError
from judge.events import Event
from judge.verdict import Report, Verdict
from submissions.predict import predict


class Engine:
    """Stands for attempts.engine.run_job and for the writer of the stream."""

    def __init__(self, verdict=Verdict.PASS):
        self.verdict, self.jobs, self.events, self.during = verdict, [], [], None

    def run_job(self, job, on_event, should_stop, history_path):
        self.jobs.append(job)
        self.tell = on_event
        on_event(Event("stage", 1.0, {"stage": "workload", "label": "orders"}))
        on_event(Event("output", 2.0, {"stream": "stdout", "text": "hello"}))
        if self.during:
            self.during(should_stop)
        history_path.write_text("")
        return Report(self.verdict, job.lab.slug, job.stage, job.seed)

    def write(self, event):
        self.events.append(event.kind)

    def close(self):
        self.events.append("closed")


@pytest.fixture
def engine(monkeypatch, settings, tmp_path):
    """A scripted engine; nothing reaches Redis or a broker."""
    from judge.home import Home

    settings.HOME = Home(tmp_path)
    made = Engine()
    monkeypatch.setattr(judging, "run_job", made.run_job)
    monkeypatch.setattr(judging, "EventWriter", lambda *_: made)
    # Its connection does not see what this test's transaction holds back: a beat finds no lease.
    monkeypatch.setattr(judging, "Heartbeat", lambda lease: Heartbeat(lease, every_s=3600))
    return made


@pytest.fixture
def heart(engine, monkeypatch):
    """The heart beats as it does in a worker; for tests whose rows are committed."""
    monkeypatch.setattr(judging, "Heartbeat", Heartbeat)


@pytest.fixture
def attempt(user, lab, sent):
    """A queued attempt."""
    predict(user, lab, 0)
    return submit(user, lab, "reproduce")


def test_it_judges_an_attempt_and_keeps_what_the_page_will_show(attempt, engine):
    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.verdict == "PASS"
    assert attempt.trace["output"] == [[2.0, "stdout", "hello"]]
    assert attempt.history_name == f"{attempt.uid}-1.jsonl"
    assert engine.jobs[0].files["producer.py"] == b"print('hi')\n"
    assert engine.events == ["stage", "output", "settled", "closed"]


def test_it_stores_whatever_a_program_prints(attempt, engine):
    def prints(_should_stop):
        engine.tell(Event("output", 3.0, {"stream": "stdout", "text": "a\0b\udc80c"}))

    engine.during = prints

    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.trace["output"][-1][2] == "a\ufffdb?c"


def test_it_does_nothing_when_the_message_comes_twice(attempt, engine):
    judge_attempt(attempt.pk)

    judge_attempt(attempt.pk)

    assert len(engine.jobs) == 1


def test_it_charges_a_fail(attempt, engine):
    engine.verdict = Verdict.FAIL

    judge_attempt(attempt.pk)

    assert Charge.objects.get().attempt_id == attempt.pk


def test_it_tells_the_page_that_a_run_began_anew(attempt, engine):
    engine.verdict = Verdict.INCONCLUSIVE
    judge_attempt(attempt.pk)
    engine.events.clear()

    judge_attempt(attempt.pk)

    assert engine.events[0] == "restarted"


def test_it_queues_the_attempt_again_when_something_of_ours_breaks(attempt, engine):
    def breaks(_should_stop):
        raise OSError("disk full")

    engine.during = breaks

    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.state == Attempt.QUEUED
    assert attempt.tries == 1


def test_it_ends_an_attempt_whose_lab_is_gone(attempt, engine, monkeypatch):
    from catalog.shelf import UnknownLabError

    def gone(slug):
        raise UnknownLabError(slug)

    monkeypatch.setattr(judging, "find_lab", gone)

    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.reason) == (Attempt.FAILED, "lab-gone")


def test_it_ends_an_attempt_whose_files_the_changed_lab_refuses(attempt, engine):
    def refuses(_should_stop):
        raise LearnerError("wrong-name", "no such file")

    engine.during = refuses

    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.reason) == (Attempt.FAILED, "files-refused")
    assert not Charge.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_it_stops_a_run_whose_cancel_was_asked_for(attempt, engine, heart):
    from judge.waiting import wait_until

    def cancelled(should_stop):
        cancel(attempt)
        wait_until(should_stop, 10, "the run was not told to stop")

    engine.during = cancelled

    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.state == Attempt.CANCELLED
    assert attempt.report is None


@pytest.mark.django_db(transaction=True)
def test_it_stores_nothing_when_the_lease_was_lost_meanwhile(attempt, engine, heart):
    from judge.waiting import wait_until

    def lost(should_stop):
        Attempt.objects.update(state=Attempt.QUEUED)
        assert claim(attempt.pk, "other", "host").epoch == 2
        wait_until(should_stop, 10, "the run was not told to stop")

    engine.during = lost

    judge_attempt(attempt.pk)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.owner) == (Attempt.RUNNING, "other")
    assert attempt.report is None
