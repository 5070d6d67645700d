"""Takes the pictures of the README from the running product, with real brokers behind them.

    .venv/bin/python tests/browser/screenshots.py

It starts a site and a worker of its own on the installed data directory, loses orders on purpose
and writes docs/screenshots/*.png. Takes a minute or two.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT / "tests")]

from playwright.sync_api import Page, sync_playwright  # noqa: E402

from browser.conftest import CHROMIUM, QUIET  # noqa: E402
from browser.live_site import LiveSite  # noqa: E402
from browser.scripted import LAB, predict, submit  # noqa: E402
from judge.home import find_home  # noqa: E402
from judge.waiting import wait_until  # noqa: E402
from site_redis import Redis  # noqa: E402

OUT = ROOT / "docs" / "screenshots"
LESSON = "/guide/architecture/isr-high-watermark-elr/"
RUN_MS = 240_000
VERDICT_HEIGHT = 1500


def main() -> None:
    """Start the product, walk through it, end it."""
    with tempfile.TemporaryDirectory(prefix="faultline-pictures-") as name:
        redis = Redis(Path(name))
        redis.start()
        site = LiveSite(Path(name), redis.url, FAULTLINE_DATA=str(find_home().path))
        try:
            site.prepare()
            site.start_web()
            argv = [sys.executable, "-m", "celery", "-A", "config", "worker", "-P", "threads"]
            site.start("worker", [*argv, "-c", "1", "--loglevel", "INFO"])
            wait_until(lambda: " ready." in site.log("worker"), 120, "the worker did not start")
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
                take(chromium.new_page(base_url=site.url, viewport={"width": 1440, "height": 900}))
                chromium.close()
        finally:
            site.close()
            redis.stop()


def take(page: Page) -> None:
    """The lesson, the live run, the lab and the verdict, in the order a learner meets them."""
    OUT.mkdir(parents=True, exist_ok=True)
    page.goto(LESSON)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=OUT / "lesson.png")
    predict(page)
    submit(page, "reproduce")
    page.locator("#run-title", has_text="dead").wait_for(timeout=RUN_MS)
    page.screenshot(path=OUT / "live.png")
    page.locator(".vword").wait_for(timeout=RUN_MS)
    submit(page)
    page.locator(".vword").wait_for(timeout=RUN_MS)
    assert "FAIL" in page.locator(".vword").inner_text()
    page.set_viewport_size({"width": 1440, "height": VERDICT_HEIGHT})
    page.screenshot(path=OUT / "verdict.png")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(LAB)
    page.locator(".cm-content").wait_for()
    page.screenshot(path=OUT / "lab.png")


if __name__ == "__main__":
    main()
