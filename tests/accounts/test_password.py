"""Changing the password: needs the old one, ends other sessions, keeps this one."""

import pytest
from django.test import Client

from accounts import limits
from accounts.models import User

pytestmark = pytest.mark.django_db
OLD, NEW = "a sentence of some length", "another sentence of length"


@pytest.fixture
def mara():
    person = User(username="mara", name="Mara Lind")
    person.set_password(OLD)
    person.save()
    return person


def change(client, old=OLD, new=NEW):
    return client.post("/accounts/password/", {"old": old, "new": new})


def test_it_changes_the_password_and_closes_other_sessions(client, mara):
    elsewhere = Client()
    elsewhere.force_login(mara)
    client.force_login(mara)

    change(client)

    mara.refresh_from_db()
    assert mara.check_password(NEW)
    assert client.get("/accounts/").status_code == 200
    assert elsewhere.get("/accounts/").status_code == 302


@pytest.mark.parametrize(("old", "new"), [("wrong", NEW), (OLD, "short"), (OLD, "")])
def test_it_keeps_the_password_when_either_is_wrong(client, mara, old, new):
    client.force_login(mara)

    answer = change(client, old, new)

    mara.refresh_from_db()
    assert answer.status_code == 422
    assert mara.check_password(OLD)


def test_it_cannot_be_used_to_guess(client, mara):
    client.force_login(mara)
    for _ in range(limits.MOST_PER_NAME):
        change(client, "wrong")

    assert change(client).status_code == 429
    mara.refresh_from_db()
    assert mara.check_password(OLD)


def test_it_sends_a_guest_to_sign_up(client):
    client.force_login(User.objects.create(username="guest-1", name="Guest", is_guest=True))

    assert client.get("/accounts/password/").url == "/accounts/sign-up/"
