"""Whose an attempt is: its owner's, instructors may read, for everybody else it is not there."""

import pytest
from django.http import Http404

from accounts.models import Role
from attempts.access import attempt_for, own_attempt, still_allowed
from attempts.intake import submit
from site_people import judged, make_person
from submissions.predict import predict

PAGES = ("", "history.jsonl")


@pytest.fixture
def attempt(user, lab, sent):
    """A judged attempt."""
    predict(user, lab, 0)
    return judged(submit(user, lab, "reproduce"), "FAIL")


def test_it_shows_an_attempt_to_its_owner(user, attempt):
    assert attempt_for(user, attempt.uid) == attempt
    assert own_attempt(user, attempt.uid) == attempt


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
def test_it_lets_instructors_read_and_not_act(attempt, role):
    teacher = make_person(role)

    assert attempt_for(teacher, attempt.uid) == attempt
    with pytest.raises(Http404):
        own_attempt(teacher, attempt.uid)


@pytest.mark.parametrize("role", [Role.CANDIDATE, Role.INTERVIEWER])
@pytest.mark.parametrize("page", PAGES)
def test_it_hides_an_attempt_from_everybody_else(client, attempt, role, page):
    client.force_login(make_person(role))

    assert client.get(f"/attempts/{attempt.uid}/{page}").status_code == 404


@pytest.mark.parametrize("verb", ["cancel", "again"])
def test_it_lets_nobody_act_on_anothers_attempt(client, attempt, verb):
    client.force_login(make_person(Role.INSTRUCTOR))

    assert client.post(f"/attempts/{attempt.uid}/{verb}").status_code == 404


def test_it_hides_the_stream_of_anothers_attempt(client, attempt):
    client.force_login(make_person())

    assert client.get(f"/attempts/{attempt.uid}/events").status_code == 404


def test_it_shows_the_verdict_with_the_anomaly_the_number_and_the_record(client, user, attempt):
    client.force_login(user)

    page = client.get(f"/attempts/{attempt.uid}/").content.decode()

    assert "447 acknowledged records are in no replica." in page
    assert "orders-0, offset 951, epoch 4" in page
    assert "costs 1 attempt" in page


def test_it_escapes_what_a_program_printed(client, user, attempt):
    attempt.trace = {"output": [[1.0, "stdout", "<script>alert(1)</script>"]]}
    attempt.save(update_fields=["trace"])
    client.force_login(user)

    page = client.get(f"/attempts/{attempt.uid}/").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_it_judges_the_same_files_again_as_a_new_attempt(client, user, attempt):
    client.force_login(user)

    answer = client.post(f"/attempts/{attempt.uid}/again")

    again = user.attempts.latest("id")
    assert answer.url == f"/attempts/{again.uid}/"
    assert again.submission_id == attempt.submission_id
    assert again.number == 2


def session_of(client, user):
    client.force_login(user)
    return client.session


def test_it_lets_an_open_stream_go_on_for_its_owner(client, user, attempt):
    assert still_allowed(session_of(client, user), attempt.pk)


def test_it_ends_an_open_stream_after_log_out(client, user, attempt):
    session = session_of(client, user)
    client.logout()

    assert not still_allowed(session, attempt.pk)


def test_it_ends_an_open_stream_of_a_closed_account(client, user, attempt):
    session = session_of(client, user)
    type(user).objects.filter(pk=user.pk).update(is_active=False)

    assert not still_allowed(session, attempt.pk)


def test_it_ends_an_open_stream_of_somebody_who_teaches_no_more(client, attempt):
    teacher = make_person(Role.INSTRUCTOR)
    session = session_of(client, teacher)
    assert still_allowed(session, attempt.pk)

    type(teacher).objects.filter(pk=teacher.pk).update(role=Role.CANDIDATE)

    assert not still_allowed(session, attempt.pk)
