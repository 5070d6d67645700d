"""Accounts in a browser: begin as a guest, keep the work, come back."""

import secrets
from urllib.parse import urlsplit

LESSON = "/guide/architecture/isr-high-watermark-elr/"


def lock_an_answer(page):
    page.goto(LESSON)
    page.locator(".question label.choice").first.click()
    page.get_by_role("button", name="Lock the prediction").first.click()
    page.locator(".because").first.wait_for()


def at_home(page):
    page.wait_for_url(lambda url: urlsplit(url).path == "/")


def sign_up(page, name):
    page.goto("/accounts/sign-up/")
    page.get_by_label("Name to log in with").fill(name)
    page.get_by_label("Name shown to others").fill("Mara Lind")
    page.get_by_label("Password").fill("a sentence of some length")
    page.locator("main .btn.primary").click()
    at_home(page)


def test_it_keeps_a_guests_work_through_sign_up_log_out_and_log_in(visitor):
    name = f"mara-{secrets.token_hex(4)}"
    person = visitor()
    page = person.page
    lock_an_answer(page)

    sign_up(page, name)
    page.goto("/accounts/")
    person_axe = person.axe()
    page.get_by_role("button", name="Log out").click()
    at_home(page)
    page.goto("/accounts/log-in/")
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill("a sentence of some length")
    page.locator("main .btn.primary").click()
    at_home(page)
    page.goto(LESSON)

    assert page.locator(".because").count() == 1
    assert person_axe == []


def test_it_shows_a_token_once(visitor):
    page = visitor().page
    sign_up(page, f"tok-{secrets.token_hex(4)}")
    page.goto("/accounts/")
    page.get_by_label("What is it for?").fill("my script")

    page.get_by_role("button", name="Make a token").click()

    page.get_by_text("fl_").wait_for()
    page.reload()
    assert page.get_by_text("fl_").count() == 0


def test_it_changes_the_password_and_stays_logged_in(visitor):
    person = visitor()
    page = person.page
    sign_up(page, f"pw-{secrets.token_hex(4)}")
    person.go("/accounts/password/")
    objections = person.axe()
    page.get_by_label("Password now").fill("a sentence of some length")
    page.get_by_label("New password").fill("another sentence of length")

    page.get_by_role("button", name="Change it").click()
    page.wait_for_url("**/accounts/")

    assert objections == []
    assert page.get_by_role("status").inner_text().startswith("The new password counts")


def test_it_says_which_field_is_wrong(visitor):
    person = visitor(allowed=("status of 422",))
    page = person.go("/accounts/sign-up/")
    page.get_by_label("Name to log in with").fill("x")
    page.get_by_label("Name shown to others").fill("X")
    page.get_by_label("Password").fill("short")

    page.locator("main .btn.primary").click()
    page.locator(".error").wait_for()

    assert page.get_by_label("Password").get_attribute("aria-invalid") == "true"
    assert "at least 10 characters" in page.locator(".error").inner_text()
    assert person.axe() == []
