"""The page of a running attempt: live, late, paused, and after a server that went away."""

import os
import signal

import pytest

from browser.live_site import LiveSite
from browser.scripted import Script, predict, reproduce, submit, wait_for_verdict
from judge.waiting import wait_until

HELD, DEAD = 2600, 5000


def wait_for_title(page, words):
    page.locator("#run-title", has_text=words).wait_for(timeout=60_000)


def wait_for_moment(page, words):
    page.locator("#run-moments li", has_text=words).wait_for(timeout=60_000)


def moments(page):
    return page.locator("#run-moments li > span").all_inner_texts()


@pytest.fixture
def running(visitor, script):
    """A person on the page of a run that holds where replication is held."""

    def begin(**screen):
        person = visitor(**screen)
        script.reset()
        predict(person.page)
        script.say(speed=20, stop_at=HELD)
        submit(person.page, "reproduce")
        wait_for_title(person.page, "Replication stops")
        return person

    yield begin
    script.reset()
    # The next test's steering must not reach this one's run.
    wait_until(lambda: script.ended() == script.runs(), 60, "a run is still played")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 360])
def test_it_shows_the_run_as_it_goes(running, script, width, scheme):
    person = running(width=width, scheme=scheme)
    page = person.page

    page.locator(".broker[data-state=cut]").nth(2).wait_for()
    assert page.locator(".broker[data-state=cut]").count() == 3
    assert person.axe() == []
    assert person.overflow_px() == 0
    script.say(stop_at=DEAD)
    wait_for_title(page, "nobody leads")
    assert page.locator(".broker[data-state=dead] h3").inner_text() == "broker 2"
    assert "order service started" in page.locator("#run-output").inner_text()


def test_it_shows_printed_markup_as_text(running, script):
    page = running().page
    script.say(stop_at=DEAD)

    printed = page.locator("#run-output", has_text="<script>alert(1)</script>")
    printed.wait_for(timeout=60_000)

    assert page.locator("#run-output script").count() == 0


def test_it_becomes_the_verdict_by_itself(running, script):
    page = running().page

    script.say(stop_at=None, speed=200)

    wait_for_verdict(page, "PASS")


def test_it_shows_everything_to_a_page_that_comes_late(running):
    person = running()
    kept = person.context.storage_state()
    scriptless = person.context.browser.new_context(java_script_enabled=False, storage_state=kept)
    late = scriptless.new_page()

    late.goto(person.page.url)

    # It should have all of it in the first answer, without any script
    shown = moments(late)
    assert shown != []
    wait_until(lambda: moments(person.page) == shown, 10, "the two pages differ")
    assert late.locator("#run-title").inner_text() == person.page.locator("#run-title").inner_text()
    scriptless.close()


def test_it_says_only_events_aloud(running, script):
    page = running().page

    assert page.locator("[aria-live]:not([aria-live=off])").count() <= 2
    page.locator("#run-said", has_text="Replication stops").wait_for(state="attached")


def test_it_can_be_paused_and_shows_what_it_held_back(running, script):
    page = running().page
    page.get_by_role("button", name="Pause live view").click()
    script.say(stop_at=DEAD)
    late = page.context.new_page()
    late.goto(page.url)
    wait_for_title(late, "nobody leads")
    assert "Replication stops" in page.locator("#run-title").inner_text()

    page.bring_to_front()
    page.get_by_role("button", name="Show live view").click()

    wait_for_title(page, "nobody leads")


def test_it_cancels_and_charges_nothing(running, script):
    page = running().page

    page.get_by_role("button", name="Cancel the attempt").click()

    page.get_by_role("heading", name="You cancelled this attempt.").wait_for(timeout=30_000)


def test_it_is_not_there_for_anybody_else(running, visitor):
    page = running().page
    other = visitor(allowed=("status of 404",))

    assert other.page.goto(page.url).status == 404


def test_it_repeats_an_inconclusive_run_once_and_says_so(visitor, script):
    person = visitor()
    reproduce(person.page, script)
    script.say(verdict="INCONCLUSIVE", speed=200)

    submit(person.page)
    wait_for_verdict(person.page, "INCONCLUSIVE")

    assert "We could not tell. It costs you nothing." in person.page.locator("h1").inner_text()
    assert person.page.get_by_text("costs no attempt").count() == 1
    assert person.axe() == []


@pytest.fixture
def own_site(tmp_path_factory, redis_url):
    """A site whose processes a test may kill."""
    live = LiveSite(tmp_path_factory.mktemp("own"), redis_url.replace("?", "") + "?db=3")
    made = Script(live)
    try:
        live.prepare()
        live.start_web()
        made.start()
        yield live, made
    finally:
        live.close()


def begin_on(own, visitor):
    live, made = own
    page = visitor(url=live.url, allowed=("ERR_", "Failed to load resource")).page
    predict(page)
    made.say(speed=20, stop_at=HELD)
    submit(page, "reproduce")
    wait_for_title(page, "Replication stops")
    return page


def test_it_loses_and_doubles_nothing_when_the_web_server_restarts(own_site, visitor):
    live, made = own_site
    page = begin_on(own_site, visitor)
    before = moments(page)

    live.stop("web")
    made.say(stop_at=DEAD)
    live.start_web()
    wait_for_moment(page, "nobody leads")

    shown = moments(page)
    assert shown[-len(before) :] == before
    assert len(shown) == len(set(shown)) == 6
    made.say(stop_at=None, speed=200)
    wait_for_verdict(page, "PASS")


def test_it_recovers_by_itself_when_the_worker_is_killed(own_site, visitor):
    live, made = own_site
    page = begin_on(own_site, visitor)

    os.kill(live.processes["script"].pid, signal.SIGKILL)
    live.stop("script", kill=True)
    # The lease is left to run out; tests do not wait half a minute for it.
    live.manage("shell", "-c", LET_RUN_OUT)
    live.manage("tend", "--once")
    made.say(stop_at=DEAD)
    made.start()
    wait_for_moment(page, "nobody leads")

    assert len(moments(page)) == len(set(moments(page))) == 6
    made.say(stop_at=None, speed=200)
    wait_for_verdict(page, "PASS")
    judged = live.manage("shell", "-c", COUNT_JUDGED)
    assert judged.split()[-2:] == ["1", "2"]


LET_RUN_OUT = """
from django.utils import timezone
from attempts.models import Attempt
Attempt.objects.filter(state="running").update(lease_until=timezone.now())
"""
COUNT_JUDGED = """
from attempts.models import Attempt
print(Attempt.objects.filter(state="judged").count(), Attempt.objects.get().epoch)
"""


def look_away(page, hidden):
    """What a browser tells a tab that is covered by another; a headless one never does."""
    page.evaluate(
        """hidden => {
          Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_it_watches_from_more_tabs_than_a_browser_has_connections(running, script):
    person = running()
    tabs = [person.page]
    for _ in range(7):
        look_away(tabs[-1], True)
        tabs.append(person.context.new_page())
        tabs[-1].goto(person.page.url)
    script.say(stop_at=DEAD)
    wait_for_title(tabs[-1], "nobody leads")
    look_away(tabs[-1], True)

    # It should be right again as soon as somebody looks
    for tab in tabs:
        look_away(tab, False)
        wait_for_title(tab, "nobody leads")
        look_away(tab, True)
