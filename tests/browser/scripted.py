"""A site whose worker plays scripted runs, and the steps of a learner on its pages."""

from __future__ import annotations

import sys

from browser.live_site import ROOT, LiveSite
from judge.waiting import wait_until

LAB = "/labs/acked-then-gone/"


class Script:
    """Steers the scripted worker of one site; see scripted_worker.py for the words."""

    def __init__(self, site: LiveSite) -> None:
        self.site, self.folder = site, site.folder / "script"
        self.folder.mkdir(exist_ok=True)
        site.env["SCRIPT_FOLDER"] = str(self.folder)
        site.env["PYTHONPATH"] = f"{ROOT / 'platform'}:{ROOT / 'tests'}"

    def start(self, name: str = "script") -> None:
        """Start a worker under that name."""
        worker = ROOT / "tests" / "browser" / "scripted_worker.py"
        self.site.start(name, [sys.executable, str(worker)])

    def runs(self) -> int:
        """How many runs the workers have begun."""
        return len(self.runners())

    def runners(self) -> list[int]:
        """The process of the worker that began each run, in order."""
        return self._pids("runs")

    def ended(self) -> int:
        """How many runs are over; those of a killed worker never are."""
        return len(self._pids("ended"))

    def _pids(self, name: str) -> list[int]:
        log = self.folder / name
        return [int(line) for line in log.read_text().splitlines()] if log.exists() else []

    def say(self, **words: object) -> None:
        """Write the steering files; None removes one: say(verdict="FAIL", stop_at=None)."""
        for name, word in words.items():
            file = self.folder / name.replace("_", "-")
            if word is None:
                file.unlink(missing_ok=True)
            else:
                # Renamed into place, or the worker might read half a word.
                fresh = file.with_suffix(".new")
                fresh.write_text(str(word))
                fresh.rename(file)

    def reset(self) -> None:
        """Back to a quick PASS."""
        self.say(verdict=None, speed=None, stop_at=None)


def predict(page) -> None:
    """Lock the first answer of the lab."""
    page.goto(LAB)
    page.locator(".predict .choice").first.click()
    page.get_by_role("button", name="Lock my answer").click()
    page.locator(".callout").wait_for()


def submit(page, stage: str = "") -> str:
    """Submit what the lab page shows; the address of the attempt."""
    page.goto(f"{LAB}?stage={stage}" if stage else LAB)
    page.get_by_role("button", name="Submit").click()
    page.wait_for_url("**/attempts/*/")
    return page.url


def wait_for_report(page, timeout_ms: float) -> None:
    """Wait until the open page is the verdict's, all of it: the verdict comes first."""
    page.locator(".vword").wait_for(timeout=timeout_ms)
    page.wait_for_load_state("load")


def wait_for_verdict(page, verdict: str) -> None:
    """Wait until the open page shows this verdict by itself."""
    wait_for_report(page, 60_000)
    wait_until(lambda: verdict in page.locator(".vword").inner_text(), 10, "another verdict")


def reproduce(page, script: Script) -> str:
    """Bring a new guest past predict and reproduce."""
    predict(page)
    script.say(verdict="PASS", speed=200)
    url = submit(page, "reproduce")
    wait_for_verdict(page, "PASS")
    return url
