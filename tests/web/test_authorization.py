"""Who may open which address: every one of them is listed here, or the test fails.

`visitor` is the status that somebody without a session gets for a GET. 405: the address takes
only POST, and what that may do is in the tests of its app. 404 stands for "not there or not
yours", which must look the same.
"""

from dataclasses import dataclass, field

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

pytestmark = pytest.mark.django_db
LESSON = {"topic": "architecture", "slug": "isr-high-watermark-elr"}
LAB = {"slug": "acked-then-gone"}
NOBODYS = {"uid": "nobodys"}


@dataclass(frozen=True)
class Expected:
    """The address with `words` filled in answers a visitor's GET with this status."""

    visitor: int
    words: dict = field(default_factory=dict)


OPEN, LOG_IN, POST_ONLY, NOT_YOURS, NO_TOKEN = 200, 302, 405, 404, 401
EXPECTED = {
    "": Expected(OPEN),
    "theme": Expected(POST_ONLY),
    "healthz": Expected(OPEN),
    "readyz": Expected(503),  # no Redis in this test; open to everybody
    "accounts/": Expected(LOG_IN),
    "accounts/sign-up/": Expected(OPEN),
    "accounts/log-in/": Expected(OPEN),
    "accounts/log-out/": Expected(POST_ONLY),
    "accounts/password/": Expected(LOG_IN),
    "accounts/tokens/": Expected(LOG_IN),
    "accounts/tokens/<int:pk>/drop/": Expected(LOG_IN, {"pk": 1}),
    "guide/": Expected(OPEN),
    "guide/<slug:topic>/<slug:slug>/": Expected(OPEN, LESSON),
    "guide/<slug:topic>/<slug:slug>/answers/<slug:question>/": Expected(
        POST_ONLY, LESSON | {"question": "floor-and-acks-one"}
    ),
    "guide/<slug:topic>/<slug:slug>/read/": Expected(POST_ONLY, LESSON),
    "labs/": Expected(OPEN),
    "labs/<slug:slug>/": Expected(OPEN, LAB),
    "labs/<slug:slug>/draft": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/save": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/upload": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/reset": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/restore/<int:revision_id>": Expected(POST_ONLY, LAB | {"revision_id": 1}),
    "labs/<slug:slug>/history": Expected(OPEN, LAB),
    "labs/<slug:slug>/diff": Expected(OPEN, LAB),
    "labs/<slug:slug>/predict": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/explain": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/explain/check": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/hint": Expected(POST_ONLY, LAB),
    "labs/<slug:slug>/submit": Expected(POST_ONLY, LAB),
    "attempts/<slug:uid>/": Expected(NOT_YOURS, NOBODYS),
    "attempts/<slug:uid>/events": Expected(NOT_YOURS, NOBODYS),
    "attempts/<slug:uid>/cancel": Expected(POST_ONLY, NOBODYS),
    "attempts/<slug:uid>/again": Expected(POST_ONLY, NOBODYS),
    "attempts/<slug:uid>/history.jsonl": Expected(NOT_YOURS, NOBODYS),
    "api/": Expected(OPEN),
    "api/schema/": Expected(OPEN),
    "api/labs/": Expected(OPEN),
    "api/labs/<slug:slug>/": Expected(OPEN, LAB),
    "api/labs/<slug:slug>/draft/": Expected(NO_TOKEN, LAB),
    "api/labs/<slug:slug>/submissions/": Expected(NO_TOKEN, LAB),
    "api/labs/<slug:slug>/prediction/": Expected(NO_TOKEN, LAB),
    "api/labs/<slug:slug>/explanation/": Expected(NO_TOKEN, LAB),
    "api/labs/<slug:slug>/hints/": Expected(NO_TOKEN, LAB),
    "api/attempts/": Expected(NO_TOKEN),
    "api/attempts/<slug:uid>/": Expected(NO_TOKEN, NOBODYS),
    "api/attempts/<slug:uid>/cancel/": Expected(NO_TOKEN, NOBODYS),
    "api/attempts/<slug:uid>/events/": Expected(NO_TOKEN, NOBODYS),
    "api/attempts/<slug:uid>/report/": Expected(NO_TOKEN, NOBODYS),
    "api/attempts/<slug:uid>/history/": Expected(NO_TOKEN, NOBODYS),
    "api/progress/": Expected(NO_TOKEN),
    "api/lessons/": Expected(OPEN),
    "api/lessons/<slug:topic>/<slug:slug>/": Expected(OPEN, LESSON),
    "api/lessons/<slug:topic>/<slug:slug>/answers/<slug:question>/": Expected(
        NO_TOKEN, LESSON | {"question": "floor-and-acks-one"}
    ),
    "api/lessons/<slug:topic>/<slug:slug>/read/": Expected(NO_TOKEN, LESSON),
}


def addresses(resolver=None, prefix=""):
    """Every address of the site, as it is written in the urls.py files."""
    for pattern in (resolver or get_resolver()).url_patterns:
        here = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLPattern):
            yield here
        else:
            yield from addresses(pattern, here)


def path_of(address):
    words = EXPECTED[address].words
    for name, value in words.items():
        for kind in ("slug", "int", "str", "uuid"):
            address = address.replace(f"<{kind}:{name}>", str(value))
    return f"/{address}"


def test_it_lists_every_address():
    assert sorted(set(addresses())) == sorted(EXPECTED)


@pytest.mark.parametrize("address", EXPECTED)
def test_it_answers_a_visitor_as_declared(client, settings, address):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"

    answer = client.get(path_of(address))

    assert answer.status_code == EXPECTED[address].visitor
    if answer.status_code == LOG_IN:
        assert answer.url.startswith("/accounts/log-in/")


@pytest.mark.parametrize("address", [a for a in EXPECTED if not a.startswith("api/")])
def test_it_takes_no_form_without_its_token(settings, address):
    settings.REDIS_URL = "unix:///nowhere/redis.sock"
    stranger = Client(enforce_csrf_checks=True)

    answer = stranger.post(path_of(address))

    assert answer.status_code in (403, 405)
