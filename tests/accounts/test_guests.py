"""Nobody has to sign up to begin, and nobody who only looks leaves a row."""

import re

import pytest
from django.test import Client

from accounts.models import User

pytestmark = pytest.mark.django_db
LESSON = "/guide/architecture/isr-high-watermark-elr/"
PASSWORD = "a sentence of some length"
SIGN_UP = {"username": "mara", "name": "Mara Lind", "password": PASSWORD}


def finish_the_lesson(client):
    client.post(f"{LESSON}read/")


def test_it_makes_no_guest_for_a_visitor_who_only_reads(client):
    client.get("/")
    client.get(LESSON)

    assert User.objects.count() == 0


def test_it_makes_one_guest_at_the_first_write(client):
    finish_the_lesson(client)
    finish_the_lesson(client)

    guest = User.objects.get()
    assert guest.is_guest
    assert guest.lessons_read.count() == 1


def test_it_turns_the_guests_own_row_into_the_account(client):
    finish_the_lesson(client)
    guest = User.objects.get()

    client.post("/accounts/sign-up/", SIGN_UP)

    # It should be the same row, so that nothing has to move
    account = User.objects.get()
    assert account.pk == guest.pk
    assert (account.username, account.is_guest) == ("mara", False)
    assert account.lessons_read.count() == 1


def test_it_moves_a_guests_work_at_log_in_and_removes_the_guest(client):
    owner = User.objects.create(username="mara", name="Mara Lind")
    owner.set_password(PASSWORD)
    owner.save()
    finish_the_lesson(client)

    client.post("/accounts/log-in/", {"username": "Mara", "password": PASSWORD})

    assert User.objects.get() == owner
    assert owner.lessons_read.count() == 1


def test_it_moves_nothing_when_the_work_of_one_app_cannot_move(client, settings):
    owner = User.objects.create(username="mara", name="Mara Lind")
    owner.set_password(PASSWORD)
    owner.save()
    finish_the_lesson(client)
    settings.GUEST_WORK_MOVERS = [*settings.GUEST_WORK_MOVERS, "accounts.test_no_such.move"]

    with pytest.raises(ImportError):
        client.post("/accounts/log-in/", {"username": "mara", "password": PASSWORD})

    assert User.objects.get(is_guest=True).lessons_read.count() == 1
    assert owner.lessons_read.count() == 0


def test_it_refuses_a_name_that_a_guest_could_have(client):
    answer = client.post("/accounts/sign-up/", SIGN_UP | {"username": "guest-1"})

    assert answer.status_code == 422
    assert User.objects.count() == 0


def test_it_refuses_a_name_that_differs_only_in_case(client):
    User.objects.create(username="mara", name="Mara Lind")

    answer = client.post("/accounts/sign-up/", SIGN_UP | {"username": "MARA"})

    assert answer.status_code == 422
    assert b"Somebody has that name already" in answer.content


def test_it_keeps_the_forms_of_an_open_page_good_when_a_guest_begins():
    browser = Client(enforce_csrf_checks=True)
    page = browser.get(LESSON).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)[1]

    first = browser.post(f"{LESSON}read/", {"csrfmiddlewaretoken": token})
    second = browser.post("/theme", {"csrfmiddlewaretoken": token})

    assert User.objects.get().is_guest
    assert (first.status_code, second.status_code) == (302, 302)


def test_it_changes_the_token_of_forms_at_a_real_log_in(client):
    client.get("/accounts/sign-up/")
    before = client.cookies["csrftoken"].value

    client.post("/accounts/sign-up/", SIGN_UP)

    assert client.cookies["csrftoken"].value != before
