"""The whole path of a candidate on real brokers: home page, lesson, prediction, loss, fix, PASS."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from browser.live_site import LiveSite
from browser.scripted import predict, submit, wait_for_report
from browser.watching import Visitor
from judge.home import Home
from judge.lab import load_lab
from judge.solutions import solution_files

pytestmark = [pytest.mark.brokers, pytest.mark.slow]

LAB = load_lab(Path(__file__).parents[2] / "labs" / "acked-then-gone")
RUN_MS = 240_000
"""How long a run may take on a machine that does other things as well; nothing is timed."""

COUNTS = """
from attempts.models import Attempt, Charge
judged = Attempt.objects.filter(state="judged")
taken = max(each.epoch - each.reruns for each in Attempt.objects.all())
print(judged.count(), Charge.objects.count(), taken)
"""
LET_RUN_OUT = """
from django.utils import timezone
from attempts.models import Attempt
Attempt.objects.filter(state="running").update(lease_until=timezone.now())
"""


@pytest.fixture
def real_site(
    tmp_path_factory: pytest.TempPathFactory, redis_url: str, home: Home
) -> Iterator[LiveSite]:
    """The site with a worker that starts real brokers, on a database and a Redis of its own."""
    live = LiveSite(
        tmp_path_factory.mktemp("real"),
        f"{redis_url}?db=5",
        FAULTLINE_DATA=str(home.path),
        FAULTLINE_WARM="0",
    )
    try:
        live.prepare()
        live.start_web()
        start_worker(live)
        yield live
    finally:
        live.close()


def start_worker(live: LiveSite) -> None:
    argv = [sys.executable, "-m", "celery", "-A", "config", "worker"]
    live.start("worker", [*argv, "--pool", "threads", "-c", "1", "--loglevel", "INFO"])


KEEP_MOMENTS = """() => {
    const list = document.getElementById("run-moments");
    const keep = () => { sessionStorage.moments = JSON.stringify(
        [...list.querySelectorAll("li")].map((moment) => moment.innerText)); };
    new MutationObserver(keep).observe(list, {childList: true});
}"""
"""Remembers what the page has shown beyond the moment at which it becomes the verdict's."""


def wait_for_verdict(page: Page, verdict: str) -> None:
    wait_for_report(page, RUN_MS)
    shown = page.locator(".vword").first.inner_text()
    assert verdict in shown, page.locator("main").inner_text()[:2000]


def wait_for_moment(page: Page, words: str) -> None:
    page.locator("#run-moments li", has_text=words).first.wait_for(timeout=RUN_MS)


def moments(page: Page) -> list[str]:
    return page.locator("#run-moments li").all_inner_texts()


def write_solution(page: Page, name: str) -> None:
    """Type a solution into the editor, file by file, as a person pastes it."""
    for file, content in solution_files(LAB, name).items():
        page.get_by_role("tab", name=file).click()
        page.locator(".cm-content").first.click()
        page.keyboard.press("Control+a")
        page.keyboard.insert_text(content.decode())


def test_it_leads_a_newcomer_from_the_home_page_to_a_proved_fix(
    real_site: LiveSite, visitor: Callable[..., Visitor]
):
    page = visitor(url=real_site.url).go("/")

    # Read: the first button leads to the lesson, and the lesson to the lab
    page.get_by_role("link", name="Begin with the first lesson").click()
    page.locator(".predict .choice").first.click()
    page.locator(".predict button").first.click()
    page.locator("main a[href*='/labs/acked-then-gone/']").last.click()
    page.wait_for_url("**/labs/acked-then-gone/**")

    # Predict, then break it
    page.locator(".predict .choice", has_text="They are gone, and nobody is told").click()
    page.get_by_role("button", name="Lock my answer").click()
    page.locator(".callout").wait_for()
    submit(page, "reproduce")
    wait_for_verdict(page, "PASS")
    assert "You made it happen" in page.locator("h1").inner_text()

    # A first fix that is none: the very records are named
    page.goto("/labs/acked-then-gone/?stage=fix")
    submit(page, "fix")
    wait_for_verdict(page, "FAIL")
    assert "lost write" in page.locator("main").inner_text().lower()
    assert page.get_by_text("o000").count() > 0

    # Fix it, and prove it
    page.goto("/labs/acked-then-gone/?stage=fix")
    page.locator(".cm-content").first.wait_for()
    write_solution(page, "reference")
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/attempts/*/")
    wait_for_verdict(page, "PASS")
    assert real_site.manage("shell", "-c", COUNTS).split()[-3:-1] == ["3", "1"]


def test_it_judges_an_attempt_once_when_its_worker_is_killed(
    real_site: LiveSite, visitor: Callable[..., Visitor]
):
    page = visitor(url=real_site.url).page
    predict(page)
    submit(page, "reproduce")
    wait_for_moment(page, "Replication between the brokers is held")

    os.kill(real_site.processes["worker"].pid, signal.SIGKILL)
    real_site.stop("worker", kill=True)
    # The lease is left to run out; tests do not wait half a minute for it.
    real_site.manage("shell", "-c", LET_RUN_OUT)
    real_site.manage("tend", "--once")
    start_worker(real_site)

    # The page is left alone: it must come to the verdict by itself
    wait_for_verdict(page, "PASS")
    assert real_site.manage("shell", "-c", COUNTS).split()[-3:] == ["1", "0", "2"]


def test_it_loses_and_doubles_no_event_when_the_web_server_restarts(
    real_site: LiveSite, visitor: Callable[..., Visitor]
):
    person = visitor(url=real_site.url, allowed=("ERR_", "Failed to load resource"))
    page = person.page
    predict(page)
    submit(page, "reproduce")
    wait_for_moment(page, "Replication between the brokers is held")
    before = moments(page)
    page.evaluate(KEEP_MOMENTS)

    real_site.stop("web")
    real_site.start_web()

    # The run may be over before the server is back: then the page shows all, and goes on by itself
    wait_for_verdict(page, "PASS")
    shown = json.loads(page.evaluate("sessionStorage.moments"))
    assert shown[-len(before) :] == before
    assert len(shown) == len(set(shown)) > len(before)
    assert any("machine dies" in moment for moment in shown)
