"""What the faults on the program's side share: each is a rule of the tap that waits its turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from judge.inside.run_state import RunState
from judge.waiting import wait_until

MOST_EVENTS = 8
"""A proof is read by people; the rule's count tells of the rest."""

RELEASE_TIMEOUT_S = 5.0


class TapRule:
    """A fault that lies in wait in the tap: it has struck once the rule has fired `count` times.

    What it still holds back then is not yet done to the program, so that must be gone as well,
    unless being held is what is meant (`strikes_while_held`). A subclass names the tap's rule
    and adds the keys that are the rule's own.
    """

    rule = ""
    strikes_while_held = False
    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.tap_fault_options`."""
        self._options = options
        self._id = ""

    def own_keys(self, run: RunState) -> dict[str, Any]:
        """The keys of the tap's rule beside those that every rule of this kind has."""
        return {}

    def conditions(self, run: RunState) -> dict[str, Any]:
        """Which frames are meant: of the judged topic when the scenario names no other.

        `after_acked` counts from now, as the conditions of a scenario do; where in the run the
        fault strikes is drawn from the seed, as far as the author lets it.
        """
        options = self._options
        topic = options["topic"] or run.topic
        acked = run.stage.tap.acknowledged(topic)
        more = options["after_acked"] + run.rng.randrange(options["spread"] + 1)
        meant = {"topic": topic, "after_acked": acked + more, "count": options["count"]}
        if options["partition"] is not None:
            meant["partition"] = options["partition"]
        return meant

    def whose(self) -> dict[str, Any]:
        """Whose transaction is meant: anybody's when the scenario names none."""
        name = self._options["transactional_id"]
        return {"transactional_id": name} if name else {}

    def inject(self, run: RunState) -> dict[str, Any]:
        """Put the rule in force; that it is known by an id is all that can be proved yet."""
        spec = {"rule": self.rule, **self.conditions(run), **self.own_keys(run)}
        self._id = run.stage.tap.add_rule(spec)
        return {"id": self._id, **spec}

    def fired(self, run: RunState) -> bool:
        """Whether the rule has done what it shall, as often as it shall, and holds nothing back."""
        state = run.stage.tap.rule_state(self._id)
        return (
            state["fired"] >= self._options.get("count", 1)
            and (self.strikes_while_held or not state["held"])
            and all(self.succeeded(event) for event in state["events"])
        )

    def struck(self, run: RunState) -> dict[str, Any]:
        """What the rule did, frame by frame; times are those of the history."""
        state = run.stage.tap.rule_state(self._id)
        self.broker = state["events"][0]["broker"]
        return {"fired": state["fired"], "events": self._shown(run, state["events"])}

    def succeeded(self, event: Mapping[str, Any]) -> bool:
        """Whether what the rule did there reached the program."""
        return True

    def heal(self, run: RunState) -> dict[str, Any]:
        """Take the rule away; the proof is that it holds nothing back any more."""
        tap = run.stage.tap
        tap.remove_rule(self._id)
        wait_until(
            lambda: not tap.rule_state(self._id)["held"],
            RELEASE_TIMEOUT_S,
            f"the tap's rule {self._id} did not let go of what it held",
            code="fault-not-healed",
        )
        state = tap.rule_state(self._id)
        shown = self._shown(run, state["events"])
        return {"id": self._id, "fired": state["fired"], "held": 0, "events": shown}

    def _shown(self, run: RunState, events: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [
            {"t_ms": run.clock.at(event["t_s"]), **{k: v for k, v in event.items() if k != "t_s"}}
            for event in events[:MOST_EVENTS]
        ]
