"""What the faults of a broker's disk share: Kafka shuts down once its only log directory fails."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.inside.bringing_back import bring_back
from judge.inside.proving import NO_EFFECT, prove
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target

END_TIMEOUT_S = 40.0
"""A full disk ended a broker within 1.6 s, one that cannot be written to within 5 s: it writes
its high watermarks that often."""


class BrokenLogDir:
    """Spoils the target's log directory, and waits until the broker has ended because of it.

    A subclass says how it is spoilt and mended, and by what words the broker tells of it.
    """

    words: tuple[str, ...] = ()
    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.target_options`."""
        self._options = options

    def spoil(self, run: RunState, log_dir: Path) -> dict[str, Any]:
        """Spoil it and return what proves that."""
        raise NotImplementedError

    def mend(self, log_dir: Path) -> dict[str, Any]:
        """Make it whole again and return what proves that."""
        raise NotImplementedError

    def inject(self, run: RunState) -> dict[str, Any]:
        """Spoil it; proved by the directory, the broker's own words and its end."""
        brokers = run.stage.brokers
        hit = find_target(run, self._options)
        read_to = brokers.log_path(hit).stat().st_size
        begun_ms = run.now_ms()
        self.broker = hit
        proof = self.spoil(run, brokers.data_dir(hit))
        confirm_target(run, self._options, hit)
        error = f"broker {hit} ran on with a spoilt disk"
        prove(run, lambda: not brokers.alive(hit), END_TIMEOUT_S, error)
        took_ms = round(run.now_ms() - begun_ms)
        said = _said(brokers.log_path(hit), read_to, self.words)
        if hit in run.brokers:
            run.stage.tap.broker_down(hit)
        run.strike()
        if not said:
            raise JudgeError(
                NO_EFFECT,
                f"broker {hit} ended and does not say that its disk was why",
                brokers.log_tail(hit),
            )
        return {self._options["target"]: hit, **proof, "ended_after_ms": took_ms, "said": said}

    def heal(self, run: RunState) -> dict[str, Any]:
        """Make it whole and start the broker; proved by its place in the ISR."""
        if self.broker is None:
            return {"started": []}
        mended = self.mend(run.stage.brokers.data_dir(self.broker))
        return {**mended, **bring_back(run, [self.broker])}


def _said(log: Path, read_to: int, words: tuple[str, ...]) -> str:
    """The first line printed after `read_to` that has one of `words`; "" when there is none."""
    with log.open("rb") as printed:
        printed.seek(read_to)
        lines = printed.read().decode(errors="replace").splitlines()
    return next((line[:200] for line in lines if any(word in line for word in words)), "")
