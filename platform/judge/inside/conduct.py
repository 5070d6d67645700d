"""Runs one scenario on a healthy cluster, from the topics it needs to the last log read.

The order is the run's: topics, canaries, the steps of the scenario, then, whatever happened,
the reading of everything that can be read. What a learner's program did wrong cuts the steps
short and is part of the history; only a failure of ours raises.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.board import Board
from judge.inside.clients import admin
from judge.inside.clock import Clock
from judge.inside.conditions import live_replicas_in_sync
from judge.inside.cut_short import CutShort
from judge.inside.dump import dump_logs
from judge.inside.injecting import heal_all
from judge.inside.making_topics import make_topics
from judge.inside.network import bootstrap
from judge.inside.observers.aftermath import note_aftermath
from judge.inside.observers.groups import Groups
from judge.inside.observers.leadership import Leadership
from judge.inside.observers.pressure import Pressure
from judge.inside.observers.settings import note_settings
from judge.inside.observers.transactions import StableEnds
from judge.inside.reader import Reading, read_back
from judge.inside.run_state import RunState
from judge.inside.stage import Stage
from judge.inside.steps import VERBS
from judge.inside.workload.canary import KINDS, Canary
from judge.inside.workload.learner import Learner
from judge.inside.workload.ledger import Ledger
from judge.scenario import scenario_from_dict
from judge.terms import READ_COMMITTED, READ_UNCOMMITTED

FULL_ISR_TIMEOUT_S = 10.0


def conduct(stage: Stage, job: Mapping[str, Any]) -> dict[str, Any]:
    """Run `job` (see `judge.run.request_of`) and send its history and events to the host.

    Raises JudgeError when something of ours failed.
    """
    run = _prepare(stage, job)
    run.note(Op(0.0, "scenario", "info", "begin", topic=run.topic, detail=dict(job["begin"])))
    run.learner.build()
    stage.tap.guard(administers=run.learner.is_runbook)
    if not make_topics(run, job):
        return {"scenario_ms": 0.0, "total_ms": run.now_ms()}
    return _perform(run)


def _prepare(stage: Stage, job: Mapping[str, Any]) -> RunState:
    scenario = scenario_from_dict(job["scenario"])
    brokers = tuple(sorted(stage.brokers.ids))
    placement = list(brokers)
    # Which broker leads, and so which one dies, is drawn from the seed; never the same by habit.
    rng = random.Random(job["seed"])  # noqa: S311
    rng.shuffle(placement)
    clock = Clock()
    key = bytes.fromhex(job["key"])
    return RunState(
        stage=stage,
        scenario=scenario,
        brokers=brokers,
        placement=tuple(placement),
        admin=admin(bootstrap(brokers)),
        clock=clock,
        rng=rng,
        ledger=Ledger(key, job["seed"], scenario.workload.customers),
        learner=Learner(stage, scenario, job, clock.ms),
        load=job["load"],
        canaries=[Canary(KINDS[role], bootstrap(brokers), clock) for role in scenario.canaries],
    )


def _perform(run: RunState) -> dict[str, Any]:
    leadership = Leadership(run.bootstrap(), list(run.topics), run.saw_leader, run.unheard)
    leadership.start()
    board, pressure = Board(run), Pressure(run.learner.processes)
    for canary in run.canaries:
        canary.start()
    if run.scenario.group:
        run.groups = Groups(run.bootstrap, [run.scenario.group], run.noted_committed, run.now_ms)
        run.groups.start()
    if run.scenario.isolation == READ_COMMITTED:
        run.stable_ends = StableEnds(
            run.bootstrap, run.scenario.judged.places, run.note, run.now_ms
        )
        run.stable_ends.start()
    board.start()
    pressure.start()
    try:
        _take_steps(run)
        _end_programs(run)
        heal_all(run)
        scenario_ms = run.now_ms()
        _read_everything(run)
    finally:
        board.stop()
        pressure.stop()
        leadership.stop()
        if run.feed:
            run.feed.stop()
    # What is still in flight now has no reader any more: its fate is that it was not answered.
    run.stage.tap.reset_connections("run-over")
    for op in run.stage.tap.ops(run.clock.begun_s):
        run.note(op)
    run.note(pressure.op(run.now_ms()))
    return {"scenario_ms": scenario_ms, "total_ms": run.now_ms()}


def _take_steps(run: RunState) -> None:
    for step in run.scenario.steps:
        try:
            VERBS[step.do](run, step.options)
        except CutShort as short:
            detail = {"message": str(short)}
            run.note(
                Op(run.now_ms(), "scenario", "info", "cut_short", error=short.reason, detail=detail)
            )
            run.say("program", str(short).capitalize())
            break


def _end_programs(run: RunState) -> None:
    if run.feed:
        # Not waited for yet: a feed whose program does not read is only let go by its end.
        run.feed.stop(0)
    ends = run.learner.end()
    if run.feed:
        run.feed.stop()
    for name, ended in ends:
        who = "" if len(run.learner.programs) == 1 else f"{name}: "
        run.say("program", who + run.learner.explain(ended))


def _read_everything(run: RunState) -> None:
    run.tell("stage", stage="reading", label="Every log is read back")
    for canary in run.canaries:
        canary.halt()  # all of them at once: each has acknowledgements to wait for
    for canary in run.canaries:
        canary.stop(run.note)
    if run.groups is not None:
        run.groups.stop()
    if run.stable_ends is not None:
        run.stable_ends.stop()
    judged, places = run.scenario.judged, run.scenario.judged.places
    try:
        run.wait_any(
            lambda: live_replicas_in_sync(run, places),
            FULL_ISR_TIMEOUT_S,
            "the live replicas did not sync",
        )
    except JudgeError as late:
        detail = {"message": str(late)}
        run.note(Op(run.now_ms(), "scenario", "info", "isr_incomplete", detail=detail))
    keeps = run.ledger.keeps if run.scenario.source else None
    ours = Reading("reader", run.ledger.id_of, judged.partitions, keeps)
    readings = {c.kind.topic: Reading("canary", _canary_id) for c in run.canaries}
    with ThreadPoolExecutor(1) as aside:
        # A new consumer mostly waits for answers; the logs are read from the disks meanwhile.
        dumped = aside.submit(dump_logs, run)
        told = aside.submit(note_aftermath, run.stage.brokers, places, run.note, run.now_ms)
        read_back(run, {judged.name: ours, **readings}, READ_UNCOMMITTED)
        if run.scenario.isolation == READ_COMMITTED:
            read_back(run, {judged.name: ours}, READ_COMMITTED)
        dumped.result()
        told.result()
    if run.scenario.settings_watched:
        brokers = run.alive_brokers()
        note_settings(run.bootstrap, [judged.name], brokers, "end", run.note, run.now_ms)


def _canary_id(value: bytes | None) -> str | None:
    return value.decode() if value else None
