"""Tells the person at the keyboard which stage of the set-up runs, how far it is, and its size."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

_NAME_WIDTH = 20
_SAID_WIDTH = 56


def megabytes(size_bytes: int) -> str:
    """A size for people: decimal megabytes, as download tools show them."""
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 10e6 else f"{size_bytes / 1e6:,.0f} MB"


class Stage:
    """One named step. Report progress with `say`; set `result` to what the finished line shows."""

    def __init__(self, name: str, out: TextIO) -> None:
        self.name, self.result = name, "done"
        self._out, self._live = out, out.isatty()
        self._began = time.monotonic()
        # Elsewhere than on a terminal only a stage that lasts is worth a line before its end.
        self._said_at = 0.0 if self._live else self._began

    @property
    def seconds(self) -> float:
        """How long the stage has run, in seconds."""
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        """Show how far the stage is: rewritten in place on a terminal, now and then elsewhere."""
        pause_s = 0.1 if self._live else 10.0
        if time.monotonic() - self._said_at < pause_s:
            return
        self._said_at = time.monotonic()
        # A cut line keeps \r working: a wrapped one would be left behind on the screen.
        self._write(text[:_SAID_WIDTH], end="" if self._live else "\n")

    def close(self) -> None:
        """Write the finished line."""
        took = f"  ({self.seconds:.1f} s)" if self.seconds >= 0.5 else ""
        self._write(self.result + took, end="\n")

    def _write(self, text: str, end: str) -> None:
        line = f"  {self.name:<{_NAME_WIDTH}} {text}"
        self._out.write(("\r\x1b[K" if self._live else "") + line + end)
        self._out.flush()


@contextmanager
def stage(name: str, out: TextIO | None = None) -> Iterator[Stage]:
    """Run one stage: its finished line is written unless the body raises."""
    stream = out or sys.stdout
    step = Stage(name, stream)
    step.say("…")
    try:
        yield step
    except BaseException:
        step.result = "stopped here"
        step.close()
        raise
    step.close()
