"""A page that is watched: what it logs, what its policy refuses, what axe says of it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


class Visitor:
    """One person at one screen: a browser context of its own, so cookies of nobody else.

    Everything that a page complains about is kept in `complaints`; `tests` fail on it at the end.
    """

    def __init__(self, browser: Browser, base_url: str, width: int, scheme: str) -> None:
        self.context: BrowserContext = browser.new_context(
            base_url=base_url, viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.allowed: tuple[str, ...] = ()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def go(self, path: str) -> Page:
        """Open a page and wait until it is quiet."""
        self.page.goto(path)
        self.page.wait_for_load_state("load")
        return self.page

    def overflow_px(self) -> int:
        """How much wider than the window the page is; 0 is right."""
        return self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )

    def axe(self) -> list[str]:
        """What axe objects to, one line each."""
        found = Axe().run(self.page, options=RULES).response["violations"]
        return [f"{v['id']}: {[n['target'] for n in v['nodes']]}" for v in found]

    def walk(self, most: int = 200) -> list[str]:
        """Press Tab through the page; the names of what got the focus, and whether it shows."""
        self.page.evaluate("document.activeElement.blur()")
        seen: list[str] = []
        for _ in range(most):
            self.page.keyboard.press("Tab")
            name = self.page.evaluate(FOCUSED)
            if name is None or (seen and name == seen[0]):
                break
            seen.append(name)
        return seen

    def close(self) -> None:
        self.context.close()

    def _heard(self, message: ConsoleMessage) -> None:
        # A violation of the policy is logged as an error, so it is among these.
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")


# The focused element by its text, with "!" before it when no outline shows where the focus is.
FOCUSED = """() => {
  const el = document.activeElement;
  if (!el || el === document.body) return null;
  const style = getComputedStyle(el);
  const around = el.closest("label, .cm-editor");
  const near = around && getComputedStyle(around);
  const shown = s => s && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0;
  const name = el.getAttribute("aria-label") || el.innerText || el.value || el.name || el.tagName;
  const mark = shown(style) || shown(near) ? "" : "!";
  return mark + el.tagName.toLowerCase() + " " + name.trim().slice(0, 60);
}"""
