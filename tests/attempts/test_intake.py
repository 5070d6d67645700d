"""Starting an attempt: stages open in order, the row comes first, the hint after commit."""

import pytest
from django.db import transaction

from attempts.intake import OPEN_AT_ONCE, submit
from attempts.models import Attempt
from judge.errors import LearnerError
from site_people import judged, prove
from submissions.drafts import save_draft
from submissions.predict import predict


def test_it_runs_nothing_before_the_prediction_is_locked(user, lab, sent):
    with pytest.raises(LearnerError) as refused:
        submit(user, lab, "reproduce")

    assert refused.value.code == "stage-locked"
    assert "lock your prediction" in refused.value.message
    assert not Attempt.objects.exists()


def test_it_opens_the_fix_when_the_anomaly_was_reproduced(user, lab, sent):
    predict(user, lab, 0)
    with pytest.raises(LearnerError):
        submit(user, lab, "fix")
    judged(submit(user, lab, "reproduce"), "PASS")

    assert submit(user, lab, "fix").stage == "fix"


def test_it_refuses_a_stage_that_is_not_run(user, lab, sent):
    with pytest.raises(LearnerError) as refused:
        submit(user, lab, "explain")

    assert refused.value.code == "no-such-stage"


def test_it_sends_the_hint_only_when_the_row_is_certain(
    user, lab, sent, django_capture_on_commit_callbacks
):
    predict(user, lab, 0)

    with django_capture_on_commit_callbacks() as waiting:
        attempt = submit(user, lab, "reproduce")
    assert sent == []
    for send in waiting:
        send()

    assert sent == [attempt.pk]
    attempt.refresh_from_db()
    assert attempt.sent_at is not None


def test_it_sends_nothing_when_the_transaction_is_undone(
    user, lab, sent, django_capture_on_commit_callbacks
):
    predict(user, lab, 0)

    def undone():
        with transaction.atomic():
            submit(user, lab, "reproduce")
            raise ZeroDivisionError

    with django_capture_on_commit_callbacks(execute=True), pytest.raises(ZeroDivisionError):
        undone()

    assert sent == []
    assert not Attempt.objects.exists()


def test_it_numbers_the_attempts_of_a_lab(user, lab, sent):
    prove(user, lab, "reproduce")
    second = submit(user, lab, "fix")

    assert second.number == 2


def test_it_lets_nobody_fill_the_queue(user, lab, sent):
    predict(user, lab, 0)
    for _ in range(OPEN_AT_ONCE):
        submit(user, lab, "reproduce")

    with pytest.raises(LearnerError) as refused:
        submit(user, lab, "reproduce")

    assert refused.value.code == "too-many-open"


def test_it_freezes_what_the_draft_is_now(user, lab, sent):
    predict(user, lab, 0)
    save_draft(user, lab, {"producer.py": "print('mine')\n"}, 0)

    attempt = submit(user, lab, "reproduce")
    save_draft(user, lab, {"producer.py": "print('later')\n"}, None)

    attempt.submission.refresh_from_db()
    assert attempt.submission.files["producer.py"] == "print('mine')\n"
