"""API tokens: shown once, kept as a digest, worthless when dropped."""

import pytest
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.test import APIRequestFactory

from accounts.models import ApiToken, User
from accounts.tokens import TokenAuthentication, make_token

pytestmark = pytest.mark.django_db


@pytest.fixture
def mara():
    return User.objects.create(username="mara", name="Mara Lind")


def authenticate(header):
    request = APIRequestFactory().get("/api/", HTTP_AUTHORIZATION=header)
    return TokenAuthentication().authenticate(request)


def test_it_knows_whose_a_token_is(mara):
    token = make_token(mara, "script")

    person, _ = authenticate(f"Token {token}")

    assert person == mara
    assert ApiToken.objects.get().used_at is not None


def test_it_keeps_only_the_digest(mara):
    token = make_token(mara, "script")

    assert token not in str(ApiToken.objects.values_list())


@pytest.mark.parametrize("header", ["Token", "Token a b", "Token fl_nothing"])
def test_it_refuses_what_is_no_token(mara, header):
    with pytest.raises(AuthenticationFailed):
        authenticate(header)


def test_it_leaves_other_schemes_alone(mara):
    assert authenticate("Bearer x") is None
    assert authenticate("") is None


def test_it_refuses_the_token_of_a_closed_account(mara):
    token = make_token(mara, "script")
    User.objects.update(is_active=False)

    with pytest.raises(AuthenticationFailed):
        authenticate(f"Token {token}")


def test_it_drops_a_token_of_ones_own_and_of_nobody_else(client, mara):
    ivo = User.objects.create(username="ivo", name="Ivo Marek")
    make_token(ivo, "his")
    make_token(mara, "hers")
    client.force_login(mara)

    his = client.post(f"/accounts/tokens/{ivo.tokens.get().pk}/drop/")
    client.post(f"/accounts/tokens/{mara.tokens.get().pk}/drop/")

    assert his.status_code == 404
    assert list(ApiToken.objects.values_list("label", flat=True)) == ["his"]


def test_it_gives_a_guest_no_token(client):
    guest = User.objects.create(username="guest-1", name="Guest", is_guest=True)
    client.force_login(guest)

    client.post("/accounts/tokens/", {"label": "x"})

    assert ApiToken.objects.count() == 0
