"""Runs one scenario on a healthy cluster, from the topics it needs to the last log read.

The order is the run's: topics, canaries, the steps of the scenario, then, whatever happened,
the reading of everything that can be read. What a learner's program did wrong cuts the steps
short and is part of the history; only a failure of ours raises.
"""

from __future__ import annotations

import base64
import random
from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from judge.errors import JudgeError
from judge.events import Event
from judge.history import Op
from judge.inside.board import Board
from judge.inside.clients import admin
from judge.inside.clock import Clock
from judge.inside.dump import dump_logs
from judge.inside.exits import explain
from judge.inside.jail import Program
from judge.inside.limits import limits_from_dict
from judge.inside.network import bootstrap
from judge.inside.observers.leadership import Leadership
from judge.inside.reader import Reading, read_back
from judge.inside.run_state import RunState
from judge.inside.stage import Stage
from judge.inside.steps import VERBS, CutShort
from judge.inside.topics import create_topic
from judge.inside.workload.answers import Answers
from judge.inside.workload.canary import BAD, GOOD, Canary
from judge.inside.workload.ledger import Ledger
from judge.scenario import scenario_from_dict

PROGRAM_END_S = 5.0
FULL_ISR_TIMEOUT_S = 10.0
LEARNERS_SETTINGS_ERRORS = (
    KafkaError.INVALID_CONFIG,
    KafkaError.INVALID_REQUEST,
    KafkaError.POLICY_VIOLATION,
)


def conduct(stage: Stage, job: Mapping[str, Any]) -> dict[str, Any]:
    """Run `job` (see `judge.run.request_of`) and send its history and events to the host.

    Raises JudgeError when something of ours failed.
    """
    run = _prepare(stage, job)
    run.note(Op(0.0, "scenario", "info", "begin", topic=run.topic, detail=dict(job["begin"])))
    if not _make_topics(run, job):
        return {"scenario_ms": 0.0, "total_ms": run.now_ms()}
    return _perform(run)


def _prepare(stage: Stage, job: Mapping[str, Any]) -> RunState:
    scenario = scenario_from_dict(job["scenario"])
    brokers = tuple(sorted(stage.network.broker_ns))
    placement = list(brokers)
    # Which broker leads, and so which one dies, is drawn from the seed; never the same by habit.
    random.Random(job["seed"]).shuffle(placement)  # noqa: S311
    clock = Clock()
    answers = Answers(stage.note, clock.ms)
    return RunState(
        stage=stage,
        scenario=scenario,
        brokers=brokers,
        placement=tuple(placement),
        admin=admin(bootstrap(brokers)),
        clock=clock,
        ledger=Ledger(bytes.fromhex(job["key"]), job["seed"], scenario.customers),
        answers=answers,
        program=_program(stage, job, scenario.topic, answers, clock),
        canaries=[Canary(kind, bootstrap(brokers), clock) for kind in (BAD, GOOD)],
    )


def _program(
    stage: Stage, job: Mapping[str, Any], topic: str, answers: Answers, clock: Clock
) -> Program:
    def heard(stream: str, text: str, _t: float) -> None:
        if stream != "stdout" or not answers.hear(text):
            stage.emit(Event("output", clock.ms(), {"stream": stream, "text": text}))

    return Program(
        files={name: base64.b64decode(body) for name, body in job["files"].items()},
        argv=[job["entry"]],
        limits=limits_from_dict(job["limits"]),
        on_line=heard,
        network=stage.network,
        env={"BOOTSTRAP_SERVERS": bootstrap(stage.network.broker_ns), "TOPIC": topic},
    )


def _make_topics(run: RunState, job: Mapping[str, Any]) -> bool:
    """Create the topics; False when Kafka refuses the learner's settings, which is noted."""
    assignment = [list(run.placement)]
    for canary in run.canaries:
        create_topic(run.admin, canary.kind.topic, assignment, canary.kind.topic_settings)
    try:
        create_topic(run.admin, run.topic, assignment, dict(job["topic_settings"]))
    except KafkaException as refused:
        error = refused.args[0]
        if error.code() not in LEARNERS_SETTINGS_ERRORS:
            raise JudgeError("topic-not-created", error.str()) from None
        run.note(
            Op(
                run.now_ms(),
                "program",
                "info",
                "exit",
                error="topic-settings-refused",
                detail={"reason": "topic-settings-refused", "message": error.str()[:300]},
            )
        )
        return False
    return True


def _perform(run: RunState) -> dict[str, Any]:
    leadership = Leadership(run.bootstrap(), list(run.topics), run.saw_leader)
    leadership.start()
    board = Board(run)
    for canary in run.canaries:
        canary.start()
    board.start()
    try:
        _take_steps(run)
        _end_program(run)
        scenario_ms = run.now_ms()
        _read_everything(run)
    finally:
        board.stop()
        leadership.stop()
        if run.feed:
            run.feed.stop()
    # What is still in flight now has no reader any more: its fate is that it was not answered.
    run.stage.tap.reset_connections("run-over")
    for op in run.stage.tap.ops(run.clock.begun_s):
        run.note(op)
    late = {"latest_wake_ms": round(board.latest_wake_s * 1000)}
    run.note(Op(run.now_ms(), "machine", "info", "pressure", detail=late))
    return {"scenario_ms": scenario_ms, "total_ms": run.now_ms()}


def _take_steps(run: RunState) -> None:
    for step in run.scenario.steps:
        if step.do not in VERBS:
            continue  # read_back: always done, so that an early end is read as well
        try:
            VERBS[step.do](run, step.options)
        except CutShort as short:
            run.note(
                Op(
                    run.now_ms(),
                    "scenario",
                    "info",
                    "cut_short",
                    error=short.reason,
                    detail={"message": str(short)},
                )
            )
            run.say("program", str(short).capitalize())
            break
    if "hold_replication" in run.faults and run.cut_brokers:
        run.faults["hold_replication"].heal(run)


def _end_program(run: RunState) -> None:
    """Whatever happened, the program is over after this, and why is in the history."""
    if run.program.exit is None:
        run.program.kill()
    if run.feed:
        run.feed.stop()
    ended = run.program.wait(PROGRAM_END_S)
    if ended is None:
        raise JudgeError("program-not-killed", "the learner's program outlived its kill")
    run.note(
        Op(run.now_ms(), "program", "info", "exit", error=ended.reason, detail=ended.to_dict())
    )
    run.say("program", explain(ended, run.program.limits))


def _read_everything(run: RunState) -> None:
    run.tell("stage", stage="reading", label="Every log is read back")
    for canary in run.canaries:
        canary.stop(run.note)
    alive = set(run.alive_brokers())
    try:
        run.wait_any(
            lambda: set(run.in_sync.get(run.topic, ())) >= alive,
            FULL_ISR_TIMEOUT_S,
            "the live replicas did not come back in sync",
        )
    except JudgeError as late:
        run.note(
            Op(run.now_ms(), "scenario", "info", "isr_incomplete", detail={"message": str(late)})
        )
    readings = {canary.kind.topic: Reading("canary", _canary_id) for canary in run.canaries}
    read_back(run, {run.topic: Reading("reader", run.ledger.id_of), **readings})
    dump_logs(run)


def _canary_id(value: bytes | None) -> str | None:
    return value.decode() if value else None
