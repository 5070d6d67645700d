"""Roles, and the command that gives them."""

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role, User

pytestmark = pytest.mark.django_db


def test_it_makes_everybody_a_candidate_at_first(client):
    form = {"username": "mara", "name": "Mara", "password": "a sentence of some length"}
    client.post("/accounts/sign-up/", form | {"role": "admin", "is_guest": "true"})

    assert User.objects.get().role == Role.CANDIDATE


def test_it_lets_an_admin_do_what_every_role_may():
    assert User(role=Role.ADMIN).has_role(Role.INTERVIEWER)
    assert User(role=Role.INSTRUCTOR).has_role(Role.INTERVIEWER, Role.INSTRUCTOR)
    assert not User(role=Role.CANDIDATE).has_role(Role.INTERVIEWER)


def test_it_grants_a_role_to_an_account():
    User.objects.create(username="mara", name="Mara")

    call_command("grant", "Mara", "instructor")

    assert User.objects.get().role == Role.INSTRUCTOR


def test_it_grants_nothing_to_a_guest_or_a_stranger():
    User.objects.create(username="guest-1", name="Guest", is_guest=True)

    for name in ("guest-1", "nobody"):
        with pytest.raises(CommandError):
            call_command("grant", name, "admin")
