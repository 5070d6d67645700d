"""Claims, fences and charges: whatever dies or comes twice, an attempt is judged once."""

import subprocess
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from attempts.cancel import cancel
from attempts.intake import submit
from attempts.lease import (
    MAX_TRIES,
    Outcome,
    beat,
    claim,
    fail,
    finish,
    give_up,
    hand_back,
    settle_cancel,
)
from attempts.models import Attempt, Charge
from attempts.owners import place
from attempts.reaper import reap
from site_people import report
from submissions.predict import predict


@pytest.fixture
def attempt(user, lab, sent):
    """A queued attempt."""
    predict(user, lab, 0)
    return submit(user, lab, "reproduce")


def state(attempt):
    attempt.refresh_from_db()
    return attempt.state


def let_the_lease_run_out(attempt):
    past = timezone.now() - timedelta(seconds=1)
    Attempt.objects.filter(pk=attempt.pk).update(lease_until=past)


def test_it_gives_an_attempt_to_one_worker_only(attempt):
    first = claim(attempt.pk, "a", "host")

    second = claim(attempt.pk, "b", "host")

    assert first.epoch == 1
    assert second is None


def test_it_ends_an_attempt_whose_cancel_was_agreed_to_before_the_verdict_came(attempt):
    lease = claim(attempt.pk, "a", "host")
    assert cancel(attempt)

    assert finish(lease, Outcome(report("FAIL")))

    assert state(attempt) == Attempt.CANCELLED
    assert not Charge.objects.exists()


def test_it_ignores_a_hint_at_an_attempt_that_is_not_there(db):
    assert claim(4711, "a", "host") is None


def test_it_stores_the_verdict_and_charges_a_fail_once(attempt):
    lease = claim(attempt.pk, "a", "host")

    assert finish(lease, Outcome(report("FAIL")))
    assert not finish(lease, Outcome(report("FAIL")))

    assert state(attempt) == Attempt.JUDGED
    assert attempt.verdict == "FAIL"
    assert Charge.objects.count() == 1


def test_it_charges_nothing_for_a_pass(attempt):
    finish(claim(attempt.pk, "a", "host"), Outcome(report("PASS")))

    assert state(attempt) == Attempt.JUDGED
    assert not Charge.objects.exists()


def test_it_repeats_an_inconclusive_run_once_and_then_says_so(attempt):
    finish(claim(attempt.pk, "a", "host"), Outcome(report("INCONCLUSIVE")))
    assert state(attempt) == Attempt.QUEUED
    assert attempt.reruns == 1

    finish(claim(attempt.pk, "a", "host"), Outcome(report("INCONCLUSIVE")))

    assert state(attempt) == Attempt.JUDGED
    assert attempt.verdict == "INCONCLUSIVE"
    assert not Charge.objects.exists()


def test_it_takes_an_attempt_back_from_a_silent_worker(attempt):
    claim(attempt.pk, "a", "host")
    assert reap() == 0
    let_the_lease_run_out(attempt)

    assert reap() == 1
    assert reap() == 0

    assert state(attempt) == Attempt.QUEUED
    assert attempt.tries == 1
    assert claim(attempt.pk, "b", "host").epoch == 2


def test_it_takes_an_attempt_back_at_once_when_its_process_is_dead(attempt):
    with subprocess.Popen(["sleep", "60"]) as process:
        mine = f"{place()}:{process.pid}:1"
        claim(attempt.pk, mine, "host")
        assert reap() == 0
        process.kill()

    assert reap() == 1
    assert state(attempt) == Attempt.QUEUED


def test_it_leaves_workers_of_other_machines_to_their_leases(attempt):
    claim(attempt.pk, "another:999999999:1", "host")

    assert reap() == 0


def test_it_stores_nothing_of_a_worker_that_was_thought_dead(attempt):
    late = claim(attempt.pk, "a", "host")
    let_the_lease_run_out(attempt)
    reap()
    now = claim(attempt.pk, "b", "host")

    assert not beat(late)
    assert not finish(late, Outcome(report("FAIL")))

    # It should be the second worker's word that counts, and no charge from the first
    assert finish(now, Outcome(report("PASS")))
    assert state(attempt) == Attempt.JUDGED
    assert attempt.verdict == "PASS"
    assert not Charge.objects.exists()


def test_it_fails_an_attempt_under_which_workers_keep_dying_and_charges_nothing(attempt):
    for _ in range(MAX_TRIES):
        claim(attempt.pk, "a", "host")
        let_the_lease_run_out(attempt)
        reap()

    assert state(attempt) == Attempt.FAILED
    assert attempt.tries == MAX_TRIES
    assert not Charge.objects.exists()


def test_it_queues_an_attempt_again_when_the_worker_gives_up(attempt):
    give_up(claim(attempt.pk, "a", "host"))

    assert state(attempt) == Attempt.QUEUED
    assert attempt.sent_at is None


def test_it_ends_what_no_further_try_can_mend(attempt):
    fail(claim(attempt.pk, "a", "host"), "lab-gone")

    assert state(attempt) == Attempt.FAILED
    assert attempt.reason == "lab-gone"


def test_it_extends_the_lease_with_each_beat(attempt):
    lease = claim(attempt.pk, "a", "host")
    let_the_lease_run_out(attempt)

    assert beat(lease)

    assert reap() == 0


def test_it_cancels_a_waiting_attempt_at_once(attempt):
    assert cancel(attempt)

    assert state(attempt) == Attempt.CANCELLED
    assert claim(attempt.pk, "a", "host") is None


def test_it_tells_a_running_worker_to_stop_at_its_next_beat(attempt):
    lease = claim(attempt.pk, "a", "host")
    cancel(attempt)

    assert not beat(lease)
    assert settle_cancel(lease)

    assert state(attempt) == Attempt.CANCELLED
    assert not Charge.objects.exists()


def test_it_ends_a_cancelled_attempt_whose_worker_died(attempt):
    claim(attempt.pk, "a", "host")
    cancel(attempt)
    let_the_lease_run_out(attempt)

    reap()

    assert state(attempt) == Attempt.CANCELLED


def test_it_cancels_nothing_that_has_ended(attempt):
    finish(claim(attempt.pk, "a", "host"), Outcome(report("PASS")))

    assert not cancel(attempt)
    assert state(attempt) == Attempt.JUDGED


def claim_when_unlocked(pk, name):
    """Tests on SQLite share one cache in memory, whose locks know no timeout."""
    while True:
        try:
            return claim(pk, name, "host")
        except OperationalError:
            continue


@pytest.mark.django_db(transaction=True)
def test_it_gives_an_attempt_to_one_of_many_workers_at_once(attempt):
    won, start = [], threading.Barrier(6)

    def compete(name):
        start.wait()
        try:
            won.append(claim_when_unlocked(attempt.pk, name))
        finally:
            connection.close()

    threads = [threading.Thread(target=compete, args=(str(n),)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len([lease for lease in won if lease]) == 1


def test_it_hands_back_what_a_worker_runs_when_it_is_told_to_end(attempt):
    lease = claim(attempt.pk, "host:7:1", "host")

    assert hand_back("host:8:") == 0
    assert hand_back("host:7:") == 1

    assert state(attempt) == Attempt.QUEUED
    assert attempt.tries == 0
    assert not beat(lease)
