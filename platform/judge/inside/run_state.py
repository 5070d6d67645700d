"""What the steps, faults and observers of one run share."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from judge.errors import JudgeError
from judge.events import Event
from judge.history import Op
from judge.inside.clock import Clock
from judge.inside.network import bootstrap
from judge.inside.observers.replica_log import log_end_offset
from judge.inside.trust import unheard
from judge.scenario import Scenario
from judge.waiting import wait_until

if TYPE_CHECKING:
    from judge.inside.observers.groups import Groups
    from judge.inside.observers.transactions import StableEnds
    from judge.inside.stage import Stage
    from judge.inside.workload.canary import Canary
    from judge.inside.workload.feed import Feed
    from judge.inside.workload.filler import Filler
    from judge.inside.workload.learner import Learner
    from judge.inside.workload.ledger import Ledger

LEADER_TIMEOUT_S = 5.0

REPLICAS = 3

Part = tuple[str, int]
"""A topic and one of its partitions."""


@dataclass(slots=True)
class RunState:
    """One run inside the sandbox: its parts, its clock and its two outlets.

    Times are milliseconds since the run was made, on the monotonic clock. `note` appends to the
    history, `tell` shows something to the page; both may be called from any thread.
    """

    stage: Stage
    scenario: Scenario
    brokers: tuple[int, ...]
    placement: tuple[int, ...]
    admin: Any
    clock: Clock
    rng: random.Random
    ledger: Ledger
    learner: Learner
    load: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    feed: Feed | None = None
    filler: Filler | None = None
    groups: Groups | None = None
    stable_ends: StableEnds | None = None
    canaries: list[Canary] = field(default_factory=list)
    faults: dict[str, Any] = field(default_factory=dict)
    leaders: dict[Part, int | None] = field(default_factory=dict)
    in_sync: dict[Part, tuple[int, ...]] = field(default_factory=dict)
    cut_brokers: set[int] = field(default_factory=set)
    paused_brokers: set[int] = field(default_factory=set)
    cut_calls: dict[str, frozenset[tuple[int, int]]] = field(default_factory=dict)
    committed: dict[Part, int] = field(default_factory=dict)
    healed: set[str] = field(default_factory=set)
    waiting: dict[str, tuple[str, str]] = field(default_factory=dict)
    ends_seen: dict[Part, tuple[int, float]] = field(default_factory=dict)
    struck_ms: float = 0.0
    program_needed: bool = True

    @property
    def topic(self) -> str:
        """The topic that is judged."""
        return self.scenario.topic

    @property
    def topics(self) -> tuple[str, ...]:
        """The scenario's topics and the canaries'."""
        source = (self.scenario.source.name,) if self.scenario.source else ()
        return (self.topic, *source, *(canary.kind.topic for canary in self.canaries))

    @property
    def parts(self) -> tuple[Part, ...]:
        """Every partition of `topics`; whoever is judged comes first."""
        scenario = self.scenario
        counts = {spec.name: spec.partitions for spec in (scenario.judged, scenario.source) if spec}
        return tuple(
            (topic, partition) for topic in self.topics for partition in range(counts.get(topic, 1))
        )

    def replicas(self, partition: int) -> tuple[int, ...]:
        """Where the replicas of a partition are, of every topic alike; the first leads."""
        first = self.placement[:REPLICAS]
        turn = partition % len(first)
        return first[turn:] + first[:turn]

    def now_ms(self) -> float:
        """Milliseconds since the scenario began."""
        return self.clock.ms()

    def note(self, op: Op) -> None:
        """Append one operation to the history."""
        self.stage.note(op)

    def tell(self, kind: str, **data: Any) -> None:
        """Show one event to the page."""
        self.stage.emit(Event(kind, self.now_ms(), data))

    def say(self, what: str, text: str, broker: int | None = None, **detail: Any) -> None:
        """Put one line on the page's timeline."""
        self.tell("timeline", what=what, text=text, broker=broker, detail=detail)

    def alive_brokers(self) -> tuple[int, ...]:
        """The brokers whose process runs."""
        return tuple(broker for broker in self.brokers if self.stage.brokers.alive(broker))

    def bootstrap(self) -> str:
        """The addresses of the brokers that live."""
        return bootstrap(self.alive_brokers())

    def unheard(self) -> frozenset[int]:
        """The brokers that a cut keeps from the controllers: what they tell may be old."""
        if not self.cut_calls:
            return frozenset()
        cut = frozenset[tuple[int, int]]().union(*self.cut_calls.values())
        return unheard(self.brokers, self.stage.brokers.shape.voter_ids, cut)

    def strike(self) -> None:
        """Note for the conditions that the cluster was struck now."""
        self.struck_ms = self.now_ms()

    def log_ends(self, topic: str, partition: int = 0) -> dict[int, int]:
        """Log end offset of a partition on every broker, read from its disk."""
        return {
            broker: log_end_offset(self.stage.brokers.data_dir(broker), topic, partition)
            for broker in self.brokers
        }

    def noted_committed(self, op: Op) -> None:
        """Take an operation of the group's watch and remember how far it has committed."""
        if op.f == "committed" and op.topic is not None and op.offset is not None:
            self.committed[op.topic, op.partition or 0] = max(op.offset, 0)
        self.note(op)

    def unchanged_s(self, part: Part, end: int) -> float:
        """For how long `end` has been the end of the leader's log, as far as it was asked."""
        known, since_ms = self.ends_seen.get(part, (-1, 0.0))
        if known != end:
            since_ms = self.now_ms()
            self.ends_seen[part] = (end, since_ms)
        return (self.now_ms() - since_ms) / 1000

    def saw_leader(
        self, topic: str, partition: int, leader: int | None, isr: list[int], t_s: float
    ) -> None:
        """Note a change of leadership or of the ISR, seen at monotonic time `t_s`."""
        self.leaders[topic, partition], self.in_sync[topic, partition] = leader, tuple(isr)
        self.note(
            Op(
                self.clock.at(t_s),
                "metadata",
                "info",
                "leader",
                topic=topic,
                partition=partition,
                broker=leader,
                detail={"isr": sorted(isr)},
            )
        )
        if topic == self.topic:
            self._say_leader(partition, leader, sorted(isr))

    def _say_leader(self, partition: int, leader: int | None, isr: list[int]) -> None:
        led = f"broker {leader} leads" if leader is not None else "nobody leads"
        who = ", ".join(map(str, isr)) or "nobody"
        where = self.topic if self.scenario.judged.partitions == 1 else f"{self.topic}-{partition}"
        what = "leader" if leader is not None else "isr"
        self.say(what, f"{where}: {led}; in sync: {who}", leader, isr=isr)

    def leader_of(self, topic: str, partition: int = 0) -> int | None:
        """Who led the partition when its leadership was last seen to change."""
        return self.leaders.get((topic, partition))

    def isr_of(self, topic: str, partition: int = 0) -> tuple[int, ...]:
        """Who was in sync when that was last seen to change."""
        return self.in_sync.get((topic, partition), ())

    def leader_of_all_topics(self) -> int:
        """The one broker that leads the first partition of every topic, asked of the cluster now.

        Raises JudgeError `leader-moved-before-kill` when it is not one broker.
        """
        metadata = self.admin.list_topics(timeout=LEADER_TIMEOUT_S)
        leaders = {metadata.topics[topic].partitions[0].leader for topic in self.topics}
        if len(leaders) != 1 or (leader := leaders.pop()) not in self.alive_brokers():
            raise JudgeError(
                "leader-moved-before-kill", "the topics of the run are not led by one live broker"
            )
        return int(leader)

    def wait(self, condition: Callable[[], bool], timeout_s: float, error: str) -> bool:
        """Wait for `condition`; False as soon as the learner's programs are over too early.

        Raises JudgeError `timed-out` after `timeout_s`.
        """
        self.wait_any(lambda: condition() or self.program_missing(), timeout_s, error)
        return condition()

    def program_missing(self) -> bool:
        """Whether the learner's programs have ended while the scenario still needs them."""
        return self.program_needed and self.learner.over()

    def wait_any(self, condition: Callable[[], bool], timeout_s: float, error: str) -> None:
        """Wait for `condition`, whether or not the program is over. Raises JudgeError."""
        asked = self.stage.stop_requested
        wait_until(lambda: asked.is_set() or condition(), timeout_s, error)
        if asked.is_set():
            raise JudgeError("cancelled", "the run was cancelled")
