"""The verbs of a scenario, each a function of the run and its own keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import ElectionType, TopicPartition

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.clients import admin
from judge.inside.cluster import settle
from judge.inside.conditions import COUNTS, STATES
from judge.inside.faults import FAULTS
from judge.inside.run_state import RunState
from judge.inside.workload.feed import Feed

ELECTION_TIMEOUT_S = 30.0
STOP_FEED_S = 5.0
CANARY_WARM = 5
CANARY_TIMEOUT_S = 20.0


class CutShort(Exception):  # noqa: N818  (an outcome of the learner's program, not an error)
    """The program ended, or never did what the scenario waits for: go on to the reading."""

    def __init__(self, reason: str, text: str) -> None:
        self.reason = reason
        super().__init__(text)


def start_program(run: RunState, _options: Mapping[str, Any]) -> None:
    """Start the learner's program in its jail."""
    run.tell("stage", stage="workload", label="Your producer takes orders")
    run.say("program", "Your producer starts")
    run.program.start()


def start_orders(run: RunState, _options: Mapping[str, Any]) -> None:
    """Begin to hand orders to the program."""
    run.feed = Feed(run.ledger, run.scenario.orders_per_s, run.program.send, run.note, run.now_ms)
    run.feed.start()


def wait(run: RunState, options: Mapping[str, Any]) -> None:
    """Wait for a condition; who is blamed when it never comes is the author's to say."""
    name = options["for"]
    if name in COUNTS:
        goal = COUNTS[name](run) + options["more"]
        holds = lambda: COUNTS[name](run) >= goal  # noqa: E731
    else:
        holds = lambda: STATES[name](run)  # noqa: E731
    sentence = f"{name.replace('_', ' ')} did not come"
    try:
        if not run.wait(holds, options["timeout_s"], sentence):
            raise CutShort("program-over", "the program ended while orders were still coming")
    except JudgeError as late:
        if late.code == "timed-out" and options["blame"] == "program":
            raise CutShort("program-silent", str(late)) from None
        ends = {topic: run.log_ends(topic) for topic in run.topics}
        raise JudgeError(
            "fault-had-no-effect", str(late), f"log ends: {ends}; in sync: {run.in_sync}"
        ) from None


def inject(run: RunState, options: Mapping[str, Any]) -> None:
    """Do a fault and note its proof."""
    name = options["fault"]
    # A thawed cluster may still fence a broker or elect anew; evidence begins after that.
    if not run.faults:
        _await_health(run)
    run.tell("stage", stage="fault", label=options["text"] or name.replace("_", " "))
    run.note(Op(run.now_ms(), "fault", "invoke", name, broker=run.last_seen_leader(run.topic)))
    fault = run.faults[name] = FAULTS[name]()
    try:
        proof = fault.inject(run)
    except JudgeError as failed:
        run.note(
            Op(
                run.now_ms(),
                "fault",
                "fail",
                name,
                error=failed.code,
                detail={"message": str(failed)},
            )
        )
        raise
    broker = run.killed if run.killed is not None else run.last_seen_leader(run.topic)
    run.note(Op(run.now_ms(), "fault", "ok", name, broker=broker, detail=proof))
    what = "fault-fired" if run.killed is not None else "fault-held"
    run.say(what, options["text"] or name.replace("_", " "), broker, **proof)


def _await_health(run: RunState) -> None:
    """Before the first fault: the cluster has settled and every canary is being acknowledged."""
    settle(run.stage)
    run.wait_any(
        lambda: all(canary.acknowledged >= CANARY_WARM for canary in run.canaries),
        CANARY_TIMEOUT_S,
        "our own producers were not acknowledged before the fault",
    )


def heal(run: RunState, options: Mapping[str, Any]) -> None:
    """Undo a fault and note the proof."""
    name = options["fault"]
    proof = run.faults[name].heal(run)
    run.note(Op(run.now_ms(), "fault", "info", "healed", detail={"fault": name, **proof}))
    run.say("fault-healed", f"{name.replace('_', ' ').capitalize()}: over", None, **proof)
    run.tell("stage", stage="recovery", label="The cluster recovers")


def elect_if_leaderless(run: RunState, options: Mapping[str, Any]) -> None:
    """Do what an on-call engineer would: let anybody lead when nobody may.

    A partition whose only in-sync replica is gone for good stays without a leader until somebody
    allows an unclean election, and with it the loss.
    """

    def decided() -> bool:
        alive = run.alive_brokers()
        return all(run.leaders.get(topic) in (*alive, None) for topic in run.topics)

    run.wait(decided, 15.0, "the controller did not notice that the leader is gone")
    try:
        run.wait(lambda: STATES["partition_led"](run), options["after_s"], "still leaderless")
    except JudgeError:
        orphans = [topic for topic in run.topics if run.leaders.get(topic) is None]
        if orphans:
            elect_unclean(run, orphans)


def elect_unclean(run: RunState, topics: list[str]) -> None:
    """Force an unclean election for partition 0 of `topics`."""
    partitions = [TopicPartition(topic, 0) for topic in topics]
    # A client of its own: one that knew the dead broker may ask it for up to ten seconds.
    # Without a time-out of its own: confluent-kafka 2.16.1 raises SystemError when given one.
    client = admin(run.bootstrap())
    election = client.elect_leaders(ElectionType.UNCLEAN, partitions)
    try:
        election.result(ELECTION_TIMEOUT_S)
    except TimeoutError:
        raise JudgeError("election-did-not-end", "the unclean election was not answered") from None
    run.note(Op(run.now_ms(), "scenario", "info", "unclean_election", detail={"topics": topics}))
    if run.topic in topics:
        run.say("note", "Nobody may lead: on call forces an unclean election")


def finish_program(run: RunState, options: Mapping[str, Any]) -> None:
    """No more orders; let the program answer what is open and end."""
    if run.feed and not run.feed.stop(STOP_FEED_S):
        # It has stopped reading: there is no line left that it would answer.
        run.program.kill("wall-clock")
        return
    run.program.close_stdin()
    if run.program.wait(options["timeout_s"]) is None:
        run.program.kill("wall-clock")


Verb = Callable[[RunState, Mapping[str, Any]], None]

VERBS: dict[str, Verb] = {
    "start_program": start_program,
    "start_orders": start_orders,
    "wait": wait,
    "inject": inject,
    "heal": heal,
    "elect_if_leaderless": elect_if_leaderless,
    "finish_program": finish_program,
}
