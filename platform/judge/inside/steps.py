"""The verbs of a scenario, each a function of the run and its own keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from confluent_kafka import ElectionType, TopicPartition

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.clients import admin
from judge.inside.cluster import settle
from judge.inside.conditions import COUNTS, GAPS, STATES
from judge.inside.cut_short import CutShort
from judge.inside.evidence_files import gather_evidence
from judge.inside.injecting import has_fired, heal, inject
from judge.inside.run_state import RunState
from judge.inside.workload.blocks import measure
from judge.inside.workload.feed import Feed
from judge.inside.workload.filler import Filler

ELECTION_TIMEOUT_S = 30.0
STOP_FEED_S = 5.0
CANARY_TIMEOUT_S = 20.0


def start_program(run: RunState, options: Mapping[str, Any]) -> None:
    """Start the learner's program in its jail."""
    if not run.learner.programs:
        run.tell("stage", stage="workload", label="Your program runs")
    run.say("program", options["text"] or "Your program starts")
    # A runbook is over once its commands are; everything else runs until it is ended.
    run.program_needed = not run.learner.is_runbook
    run.learner.start(options["name"], options["entry"])


def start_orders(run: RunState, _options: Mapping[str, Any]) -> None:
    """Begin to hand orders out: to the program, or into the topic that it reads."""
    load = run.scenario.workload
    if load.kind == "records":
        run.filler = Filler(
            run.bootstrap(), run.scenario.filled.name, run.note, run.now_ms, load.acks
        )
        send = run.filler.send
    else:
        send = lambda order: run.learner.send(order.line)  # noqa: E731
    run.feed = Feed(run.ledger, load.orders_per_s, send, run.note, run.now_ms, load.total)
    run.feed.start()


def wait(run: RunState, options: Mapping[str, Any]) -> None:
    """Wait for a condition; who is blamed when it never comes is the author's to say."""
    sentence = f"{options['for'].replace('_', ' ')} did not come"
    try:
        if not run.wait(_condition(run, options), options["timeout_s"], sentence):
            raise CutShort("program-over", "the program ended while it was still needed")
        # Who waits for its end does not need it any more.
        run.program_needed = run.program_needed and options["for"] != "program_over"
    except JudgeError as late:
        if late.code != "timed-out":
            raise
        if options["blame"] == "nobody":
            return
        if options["blame"] == "program":
            raise CutShort("program-silent", str(late)) from None
        ends = {topic: run.log_ends(topic) for topic in run.topics}
        raise JudgeError(
            "fault-had-no-effect", str(late), f"log ends: {ends}; in sync: {run.in_sync}"
        ) from None


def _condition(run: RunState, options: Mapping[str, Any]) -> Callable[[], bool]:
    name = options["for"]
    if name == "fault_fired":
        return lambda: has_fired(run, options["fault"])
    if name in STATES:
        return lambda: STATES[name](run)
    # Where in the run a fault strikes is drawn from the seed, as far as the author lets it.
    goal = options["more"] + run.rng.randrange(options["spread"] + 1)
    if name in GAPS:
        return lambda: GAPS[name](run) >= goal
    goal += COUNTS[name](run)
    return lambda: COUNTS[name](run) >= goal


def elect_if_leaderless(run: RunState, options: Mapping[str, Any]) -> None:
    """Do what an on-call engineer would: let anybody lead when nobody may.

    A partition whose only in-sync replica is gone for good stays without a leader until somebody
    allows an unclean election, and with it the loss.
    """

    def decided() -> bool:
        alive = run.alive_brokers()
        return all(run.leaders.get(part) in (*alive, None) for part in run.parts)

    run.wait(decided, 15.0, "the controller did not notice that the leader is gone")
    try:
        run.wait(lambda: STATES["partition_led"](run), options["after_s"], "still leaderless")
    except JudgeError:
        orphans = [part for part in run.parts if run.leaders.get(part) is None]
        if orphans:
            elect_unclean(run, orphans)


def elect_unclean(run: RunState, parts: list[tuple[str, int]]) -> None:
    """Force an unclean election for each of `parts`."""
    # A client of its own: one that knew the dead broker may ask it for up to ten seconds.
    # Without a time-out of its own: confluent-kafka 2.16.1 raises SystemError when given one.
    client = admin(run.bootstrap())
    election = client.elect_leaders(ElectionType.UNCLEAN, [TopicPartition(*part) for part in parts])
    try:
        election.result(ELECTION_TIMEOUT_S)
    except TimeoutError:
        raise JudgeError("election-did-not-end", "the unclean election was not answered") from None
    topics = sorted({topic for topic, _ in parts})
    run.note(Op(run.now_ms(), "scenario", "info", "unclean_election", detail={"topics": topics}))
    if run.topic in topics:
        run.say("note", "Nobody may lead: on call forces an unclean election")


def finish_program(run: RunState, options: Mapping[str, Any]) -> None:
    """No more orders; let the programs answer what is open and end, or end them."""
    stopped = run.feed is None or run.feed.stop(STOP_FEED_S)
    if run.filler is not None:
        run.filler.flush()
    if options["by"] == "kill":
        return  # the end of every run kills what still runs
    # One that has stopped reading has no line left that it would answer.
    run.learner.finish(options["timeout_s"] if stopped else 0.0)


def settle_first(run: RunState) -> None:
    """Before the first fault: the cluster has settled and our own producers are acknowledged."""
    settle(run.stage)
    run.wait_any(
        lambda: all(canary.warm for canary in run.canaries),
        CANARY_TIMEOUT_S,
        "our own producers were not acknowledged before the fault",
    )


def _inject(run: RunState, options: Mapping[str, Any]) -> None:
    # A thawed cluster may still fence a broker or elect anew; evidence begins after that.
    if not run.faults:
        settle_first(run)
    inject(run, options)


Verb = Callable[[RunState, Mapping[str, Any]], None]

VERBS: dict[str, Verb] = {
    "start_program": start_program,
    "start_orders": start_orders,
    "wait": wait,
    "inject": _inject,
    "heal": lambda run, options: heal(run, options["fault"]),
    "elect_if_leaderless": elect_if_leaderless,
    "finish_program": finish_program,
    "measure": measure,
    "gather_evidence": lambda run, _options: run.learner.give(gather_evidence(run)),
    "read_back": lambda _run, _options: None,  # always done, so that an early end is read as well
}
