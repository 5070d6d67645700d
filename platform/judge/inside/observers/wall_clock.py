"""Places what brokers dated by the wall clock on the clock of a run."""

from __future__ import annotations

import time
from collections.abc import Callable


def on_run_clock(now_ms: Callable[[], float]) -> Callable[[float], float]:
    """A function from wall-clock milliseconds to the run's, as both clocks stand now.

    Brokers run on this machine and read this very wall clock, in whole milliseconds. If somebody
    sets it during a run, what was dated before is off by that much: compare such times among
    themselves, and use offsets where the order decides.
    """
    ahead_ms = time.time() * 1000 - now_ms()
    return lambda wall_ms: round(wall_ms - ahead_ms, 3)
