"""What a run looks like after each of its events: a pure fold that page, worker and tests share."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from attempts.stream import Entry
from judge.events import QUEUED, STAGES

log = logging.getLogger(__name__)

SHOWN_MOMENTS = 200
SHOWN_LINES = 300
LINE_CHARS = 400
COUNTED_EVERY_MS = 300.0

HELD, FIRED, HEALED = "fault-held", "fault-fired", "fault-healed"


@dataclass(slots=True)
class Band:
    """A time in which a fault was held; `until_ms` is None while it is."""

    label: str
    from_ms: float
    until_ms: float | None = None


@dataclass(slots=True)
class Reign:
    """A time in which one broker led the first partition; `broker` None: nobody did."""

    broker: int | None
    epoch: int | None
    from_ms: float
    until_ms: float | None = None


@dataclass(slots=True)
class LiveState:
    """Everything that the page of a running attempt shows.

    The same events in the same order give the same state, so a page that was away is brought up
    by drawing the newest state, not by repeating what it missed.
    """

    epoch: int = 0
    restarts: int = 0
    restart_why: str = ""
    now_ms: float = 0.0
    stage: str = ""
    held_up: str = ""
    stages: dict[str, dict[str, Any]] = field(default_factory=dict)
    cluster: Mapping[str, Any] | None = None
    counts: dict[str, int] = field(default_factory=dict)
    moments: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=SHOWN_MOMENTS))
    output: deque[tuple[float, str, str]] = field(default_factory=lambda: deque(maxlen=SHOWN_LINES))
    counted_ms: float = 0.0
    flow: list[tuple[float, float, int]] = field(default_factory=list)
    bands: list[Band] = field(default_factory=list)
    reigns: list[Reign] = field(default_factory=list)
    killed_ms: dict[int, float] = field(default_factory=dict)
    judged: bool = False

    def take_entry(self, entry: Entry) -> bool:
        """Take one entry of the stream; False for one of a worker that has lost its lease."""
        if entry.epoch < self.epoch:
            return False
        if entry.epoch > self.epoch and self.epoch:
            self._begin_anew()
        self.epoch = entry.epoch
        self.take(entry.kind, entry.t_ms, entry.data)
        return True

    def take(self, kind: str, t_ms: float, data: Mapping[str, Any]) -> None:
        """Take one event of the run. Kinds that are not known change nothing."""
        known = getattr(self, f"_take_{kind}", None)
        if known is None:
            return
        self.now_ms = max(self.now_ms, t_ms)
        try:
            known(t_ms, data)
        except (KeyError, TypeError, ValueError, AttributeError):
            # An event of another shape, from another release of the engine: neither the run nor
            # the page may end over a picture.
            log.warning("an event of kind %s cannot be understood", kind, exc_info=True)

    def trace(self) -> dict[str, Any]:
        """What is kept of a run for its verdict page, as plain JSON types."""
        return {
            "moments": list(self.moments),
            "output": [list(line) for line in self.output],
            "stages": self.stages,
            "counts": self.counts,
            "length_ms": self.now_ms,
        }

    def _begin_anew(self) -> None:
        fresh = LiveState(restarts=self.restarts, restart_why=self.restart_why)
        for name in self.__slots__:
            setattr(self, name, getattr(fresh, name))

    def _take_restarted(self, t_ms: float, data: Mapping[str, Any]) -> None:
        self.restarts += 1
        self.restart_why = str(data.get("why", ""))

    def _take_stage(self, t_ms: float, data: Mapping[str, Any]) -> None:
        name = data["stage"]
        self.held_up = str(data.get("label", "")) if name == QUEUED else ""
        if name not in STAGES:
            return
        known = self.stages.setdefault(name, {"from_ms": t_ms})
        known["label"] = data.get("label", "")
        self.stage = max(self.stage or name, name, key=STAGES.index)

    def _take_cluster(self, t_ms: float, data: Mapping[str, Any]) -> None:
        before = (self.cluster or {}).get("brokers", {})
        self.cluster = data
        for broker, state in data.get("brokers", {}).items():
            if state == "dead":
                self.killed_ms.setdefault(int(broker), t_ms)
            elif before.get(broker) == "dead":  # it was started again
                self.killed_ms.pop(int(broker), None)
        first = next(iter(data.get("partitions", ())), None)
        if first is None:
            return
        leader, epoch = first.get("leader"), first.get("epoch")
        if leader is not None and self.killed_ms.get(leader) is not None:
            leader = None  # Metadata still names it; the process table knows better.
        last = self.reigns[-1] if self.reigns else None
        if last is None or last.broker != leader:
            if last:
                last.until_ms = t_ms
            self.reigns.append(Reign(leader, epoch, t_ms))
        elif epoch is not None:
            last.epoch = epoch

    def _take_timeline(self, t_ms: float, data: Mapping[str, Any]) -> None:
        self.moments.append(
            {
                "t_ms": t_ms,
                "what": str(data.get("what", "note")),
                "text": str(data.get("text", "")),
                "broker": data.get("broker"),
                "detail": dict(data.get("detail") or {}),
                "held": any(band.until_ms is None for band in self.bands),
            }
        )
        self._mark_fault(t_ms, data)

    def _mark_fault(self, t_ms: float, data: Mapping[str, Any]) -> None:
        what, broker = data.get("what"), data.get("broker")
        if what == HELD:
            self.bands.append(Band(str(data.get("text", "")), t_ms))
            self.moments[-1]["held"] = True
        elif what == HEALED:
            for band in self.bands:
                band.until_ms = band.until_ms or t_ms
        elif what == FIRED and broker is not None:
            self.killed_ms[int(broker)] = t_ms
            self._end_reign_of(int(broker), t_ms)

    def _end_reign_of(self, broker: int, t_ms: float) -> None:
        last = self.reigns[-1] if self.reigns else None
        if last and last.broker == broker:
            last.until_ms = t_ms
            self.reigns.append(Reign(None, None, t_ms))

    def _take_output(self, t_ms: float, data: Mapping[str, Any]) -> None:
        for line in str(data["text"]).splitlines() or [""]:
            self.output.append((t_ms, str(data.get("stream", "")), line[:LINE_CHARS]))

    def _take_counts(self, t_ms: float, data: Mapping[str, Any]) -> None:
        more = int(data.get("acknowledged", 0)) - self.counts.get("acknowledged", 0)
        self.counts = {name: int(count) for name, count in data.items()}
        if more > 0:
            # No further back than one report, or the first answers after an outage fill the outage.
            since = max(self.counted_ms, t_ms - COUNTED_EVERY_MS)
            self.flow.append((since, t_ms, more))
        self.counted_ms = t_ms

    def _take_report(self, t_ms: float, data: Mapping[str, Any]) -> None:
        self.judged = True
