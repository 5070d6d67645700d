"""Every page without brokers: policy, axe, small screens, the keyboard."""

import pytest

PAGES = {
    "home": "/",
    "course": "/guide/",
    "lesson": "/guide/architecture/isr-high-watermark-elr/",
    "log in": "/accounts/log-in/",
    "sign up": "/accounts/sign-up/",
    "API": "/api/",
    "labs": "/labs/",
    "error": "/nothing-lives-here",
}
SCREENS = [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
# Chromium itself reports the answer of a page that is not there.
ALLOWED = ("status of 404",)


@pytest.mark.parametrize(("width", "scheme"), SCREENS, ids=lambda value: str(value))
@pytest.mark.parametrize("name", PAGES)
def test_it_offends_neither_axe_nor_its_own_policy(visitor, name, width, scheme):
    person = visitor(width=width, scheme=scheme, allowed=ALLOWED)

    person.go(PAGES[name])

    assert person.axe() == []


@pytest.mark.parametrize("width", [320, 360])
@pytest.mark.parametrize("name", PAGES)
def test_it_fits_a_small_phone(visitor, name, width):
    person = visitor(width=width, allowed=ALLOWED)

    person.go(PAGES[name])

    assert person.overflow_px() == 0


@pytest.mark.parametrize("name", PAGES)
def test_it_shows_the_focus_wherever_the_keyboard_goes(visitor, name):
    person = visitor(allowed=ALLOWED)
    person.go(PAGES[name])

    walked = person.walk()

    assert walked[0] == "a Skip to content"
    assert [step for step in walked if step.startswith("!")] == []
    assert any(step.startswith("a Faultline, home") for step in walked)
