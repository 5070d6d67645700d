"""Log-in: the right password, the wrong one, and too many wrong ones."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import limits
from accounts.models import FailedLogIn, User

pytestmark = pytest.mark.django_db
PASSWORD = "a sentence of some length"


@pytest.fixture
def mara():
    person = User(username="mara", name="Mara Lind")
    person.set_password(PASSWORD)
    person.save()
    return person


def log_in(client, password=PASSWORD, username="mara", **more):
    return client.post("/accounts/log-in/", {"username": username, "password": password, **more})


def guess_wrong(client, times):
    for _ in range(times):
        log_in(client, "wrong")


def test_it_leads_back_to_the_page_that_was_asked_for(client, mara):
    answer = log_in(client, next="/accounts/")

    assert answer.url == "/accounts/"


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:x", "elsewhere"]
)
def test_it_leads_nobody_elsewhere(client, mara, target):
    answer = log_in(client, next=target)

    assert answer.url == "/"


def test_it_says_no_without_saying_which_was_wrong(client, mara):
    wrong_password = log_in(client, "wrong")
    wrong_name = log_in(client, username="nobody")

    assert wrong_password.status_code == wrong_name.status_code == 422
    words = b"No account has that name and that password."
    assert words in wrong_password.content
    assert words in wrong_name.content


def test_it_closes_after_too_many_wrong_passwords_even_for_the_right_one(client, mara):
    guess_wrong(client, limits.MOST_PER_NAME)

    answer = log_in(client)

    assert answer.status_code == 429
    assert "_auth_user_id" not in client.session


def test_it_opens_again_when_the_wrong_passwords_are_old(client, mara):
    guess_wrong(client, limits.MOST_PER_NAME)
    FailedLogIn.objects.update(at=timezone.now() - limits.WINDOW - timedelta(seconds=1))

    assert log_in(client).status_code == 302


def test_it_closes_to_one_address_that_guesses_at_many_names(client, mara):
    for number in range(limits.MOST_PER_ADDRESS):
        log_in(client, "wrong", username=f"name-{number}")

    assert log_in(client).status_code == 429
    assert log_in(client, REMOTE_ADDR="10.0.0.9").status_code == 429


def test_it_forgets_slips_after_the_right_password(client, mara):
    guess_wrong(client, limits.MOST_PER_NAME - 1)
    log_in(client)
    client.post("/accounts/log-out/")

    guess_wrong(client, 1)

    assert log_in(client).status_code == 302


def test_it_logs_nobody_out_by_a_link(client, mara):
    client.force_login(mara)

    assert client.get("/accounts/log-out/").status_code == 405
    assert client.get("/accounts/").status_code == 200


def test_it_refuses_a_closed_account(client, mara):
    User.objects.update(is_active=False)

    assert log_in(client).status_code == 422
