"""Hints: lost ones are sent again, and a queue that cannot be reached harms nobody."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from kombu.exceptions import OperationalError

from attempts.intake import submit
from attempts.lease import claim
from attempts.models import Attempt, WorkerHost
from attempts.queue_place import queue_place
from attempts.relay import SEND_AGAIN_AFTER_S, relay, send_hint
from site_people import make_person
from submissions.predict import predict


@pytest.fixture
def attempt(user, lab, sent):
    """A queued attempt whose hint was not sent, as its transaction never ends in a test."""
    predict(user, lab, 0)
    return submit(user, lab, "reproduce")


def test_it_hints_at_an_attempt_that_nobody_heard_of(attempt, sent):
    assert relay() == 1
    assert relay() == 0

    assert sent == [attempt.pk]


def test_it_hints_again_when_the_first_hint_seems_lost(attempt, sent):
    relay()
    long_ago = timezone.now() - timedelta(seconds=SEND_AGAIN_AFTER_S + 1)
    Attempt.objects.update(sent_at=long_ago)

    assert relay() == 1


def test_it_hints_at_nothing_that_is_running(attempt, sent):
    claim(attempt.pk, "a", "host")

    assert relay() == 0


def test_it_leaves_the_attempt_queued_when_the_broker_is_away(attempt, monkeypatch):
    def away(*_args, **_options):
        raise OperationalError("no Redis")

    monkeypatch.setattr("attempts.relay.current_app.send_task", away)

    assert not send_hint(attempt.pk)

    attempt.refresh_from_db()
    assert attempt.state == Attempt.QUEUED
    assert attempt.sent_at is None


def test_it_tends_in_one_round(attempt, sent, capsys):
    call_command("tend", "--once")

    assert sent == [attempt.pk]
    assert "hinted at 1" in capsys.readouterr().out


def test_it_tells_the_place_in_the_queue(attempt, lab, sent):
    other = make_person()
    predict(other, lab, 0)
    second = submit(other, lab, "reproduce")

    assert queue_place(attempt).place == 1
    assert queue_place(second).place == 2


def test_it_knows_no_wait_while_no_worker_is_up(attempt):
    assert queue_place(attempt).wait_s is None


def test_it_estimates_the_wait_from_live_hosts(attempt, lab, sent):
    WorkerHost.objects.create(host="a", slots=1, seen_at=timezone.now())
    WorkerHost.objects.create(host="gone", slots=9, seen_at=timezone.now() - timedelta(minutes=5))
    other = make_person()
    predict(other, lab, 0)
    second = submit(other, lab, "reproduce")

    # It should let the first begin at once and have the second wait for a whole run or more
    assert queue_place(attempt).wait_s == 0
    assert queue_place(second).wait_s > 0


def test_it_gives_no_place_to_what_is_running(attempt):
    claim(attempt.pk, "a", "host")
    attempt.refresh_from_db()

    assert queue_place(attempt) is None
