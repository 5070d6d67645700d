"""What the steps, faults and observers of one run share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from judge.errors import JudgeError
from judge.events import Event
from judge.history import Op
from judge.inside.clock import Clock
from judge.inside.network import bootstrap
from judge.inside.observers.replica_log import log_end_offset
from judge.scenario import Scenario
from judge.waiting import wait_until

if TYPE_CHECKING:
    from judge.inside.jail import Program
    from judge.inside.stage import Stage
    from judge.inside.workload.answers import Answers
    from judge.inside.workload.canary import Canary
    from judge.inside.workload.feed import Feed
    from judge.inside.workload.ledger import Ledger

LEADER_TIMEOUT_S = 5.0


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
    ledger: Ledger
    answers: Answers
    program: Program
    feed: Feed | None = None
    canaries: list[Canary] = field(default_factory=list)
    faults: dict[str, Any] = field(default_factory=dict)
    leaders: dict[str, int | None] = field(default_factory=dict)
    in_sync: dict[str, tuple[int, ...]] = field(default_factory=dict)
    cut_brokers: set[int] = field(default_factory=set)
    killed: int | None = None
    ends_seen: dict[str, tuple[int, float]] = field(default_factory=dict)
    killed_ms: float = 0.0

    @property
    def topic(self) -> str:
        """The topic the learner's program writes to."""
        return self.scenario.topic

    @property
    def topics(self) -> tuple[str, ...]:
        """The learner's topic and the canaries'."""
        return (self.topic, *(canary.kind.topic for canary in self.canaries))

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

    def log_ends(self, topic: str) -> dict[int, int]:
        """Log end offset of partition 0 on every broker, read from its disk."""
        return {
            broker: log_end_offset(self.stage.brokers.data_dir(broker), topic, 0)
            for broker in self.brokers
        }

    def unchanged_s(self, topic: str, end: int) -> float:
        """For how long `end` has been the end of `topic`'s leader, as far as it was asked."""
        known, since_ms = self.ends_seen.get(topic, (-1, 0.0))
        if known != end:
            since_ms = self.now_ms()
            self.ends_seen[topic] = (end, since_ms)
        return (self.now_ms() - since_ms) / 1000

    def saw_leader(
        self, topic: str, partition: int, leader: int | None, isr: list[int], t_s: float
    ) -> None:
        """Note a change of leadership or of the ISR, seen at monotonic time `t_s`."""
        self.leaders[topic], self.in_sync[topic] = leader, tuple(isr)
        t_ms = self.clock.at(t_s)
        self.note(
            Op(
                t_ms,
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
            led = f"broker {leader} leads" if leader is not None else "nobody leads"
            who = ", ".join(str(broker) for broker in sorted(isr)) or "nobody"
            self.say(
                "leader" if leader is not None else "isr",
                f"{topic}: {led}; in sync: {who}",
                leader,
                isr=sorted(isr),
            )

    def last_seen_leader(self, topic: str) -> int | None:
        """Who led `topic` when its leadership was last seen to change."""
        return self.leaders.get(topic)

    def leader_of_all_topics(self) -> int:
        """The one broker that leads every topic of the run, asked of the cluster now.

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
        """Wait for `condition`; False as soon as the program is over first.

        Raises JudgeError `timed-out` after `timeout_s`.
        """
        self.wait_any(lambda: condition() or self.program_over(), timeout_s, error)
        return condition()

    def wait_any(self, condition: Callable[[], bool], timeout_s: float, error: str) -> None:
        """Wait for `condition`, whether or not the program is over. Raises JudgeError."""
        asked = self.stage.stop_requested
        wait_until(lambda: asked.is_set() or condition(), timeout_s, error)
        if asked.is_set():
            raise JudgeError("cancelled", "the run was cancelled")

    def program_over(self) -> bool:
        """Whether the learner's program has ended."""
        return self.program.exit is not None
