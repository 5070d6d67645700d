"""The verdict pages: the anomaly by name and number, the very records, private to their owner."""

import pytest

from browser.scripted import reproduce, submit, wait_for_verdict


def judged(person, script, verdict):
    reproduce(person.page, script)
    script.say(verdict=verdict, speed=200)
    submit(person.page)
    wait_for_verdict(person.page, verdict)
    return person.page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_it_shows_a_fail_with_its_evidence(visitor, script, width, scheme):
    person = visitor(width=width, scheme=scheme)

    page = judged(person, script, "FAIL")

    assert page.locator("h1").inner_text() == "450 acknowledged records are in no replica."
    assert "lost write" in page.locator(".vword").inner_text()
    assert page.locator(".banner .break").count() == 1
    assert page.locator("#records tbody tr").count() == 8
    assert page.locator("#swim svg.swim").count() == 1
    assert page.locator("#life li[data-state=gone]").count() > 0
    assert page.get_by_text("costs 1 attempt").count() == 1
    assert person.axe() == []
    assert person.overflow_px() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_it_shows_a_pass_as_an_unbroken_line(visitor, script, width, scheme):
    person = visitor(width=width, scheme=scheme)

    page = judged(person, script, "PASS")

    assert page.locator("h1").inner_text() == "Not one accepted order was lost."
    assert page.locator(".banner.pass .break").count() == 0
    assert page.get_by_role("link", name="Go on to explain").count() == 1
    assert person.axe() == []
    assert person.overflow_px() == 0


def test_it_compares_with_the_attempt_before(visitor, script):
    person = visitor()
    page = judged(person, script, "FAIL")
    script.say(verdict="PASS", speed=200)

    submit(page)
    wait_for_verdict(page, "PASS")

    assert "450 → 0" in page.locator(".checks").inner_text()
    assert "+ 2" in page.locator("ins").first.evaluate(
        "el => getComputedStyle(el, '::before').content.replaceAll('\"', '') + el.textContent"
    )


def test_it_gives_the_history_to_its_owner_only(visitor, script):
    person = visitor()
    page = judged(person, script, "FAIL")
    link = page.get_by_role("link", name="history.jsonl").get_attribute("href")

    mine = person.context.request.get(link)
    anothers = visitor().context.request.get(link)

    assert mine.status == 200
    assert mine.text().startswith("{")
    assert anothers.status == 404


def test_it_can_be_read_with_the_keyboard_alone(visitor, script):
    person = visitor()
    judged(person, script, "FAIL")

    stops = person.walk()

    assert [stop for stop in stops if stop.startswith("!")] == []
    assert any("Swimlane" in stop for stop in stops)
    assert any("Back to the files" in stop for stop in stops)
