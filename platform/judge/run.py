"""Judges one job, end to end: alone knows the order of workspace, sandbox, scenario and checks."""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.events import QUEUED, Event, OnEvent
from judge.home import Home
from judge.job import Job
from judge.judging import judge_history, report_of_failure
from judge.lab import Lab
from judge.recording import Recording
from judge.sandbox.link import Sandbox
from judge.sandbox.pool import Pool
from judge.shapes import shape_of
from judge.terms import Terms, closing
from judge.verdict import Report
from judge.versions import versions
from judge.workspace import alert_rules, check_files, load_settings, topic_settings

CONDUCT_TIMEOUT_S = 180.0
"""Far above the longest lab: past it the sandbox hangs, and that is ours."""

STOP_POLL_S = 0.5
MIN_ORDERS = 50
"""Fewer orders than this prove nothing."""


def run(
    job: Job,
    on_event: OnEvent,
    *,
    home: Home,
    sandboxes: Pool | None = None,
    should_stop: Callable[[], bool] = lambda: False,
    history_path: Path | None = None,
) -> Report:
    """Run `job` on real brokers and judge what they did.

    Args:
        job: what to run. Its files must be ones `judge.workspace.check_files` accepts.
        home: the data directory with Kafka and the learner's runtime.
        on_event: told of everything worth showing, in order; the last is the report.
        sandboxes: where a warm sandbox may be had; without it one is started.
        should_stop: asked twice a second; True ends the run as INCONCLUSIVE `cancelled`.
        history_path: where the history is kept, for `judge replay`.

    Returns:
        The report. A failure of ours is in it, as INCONCLUSIVE; it is never raised.

    Raises:
        LearnerError: the files are not acceptable. Nothing was started.
    """
    files = check_files(job.lab, job.files)
    return _Run(job, files, on_event, home, sandboxes, should_stop, history_path).judge()


class _Run:
    """One run on the caller's side: its clock, its history and its sandbox."""

    def __init__(
        self,
        job: Job,
        files: Mapping[str, bytes],
        on_event: OnEvent,
        home: Home,
        sandboxes: Pool | None,
        should_stop: Callable[[], bool],
        history_path: Path | None,
    ) -> None:
        self._job, self._files, self._on_event, self._home = job, files, on_event, home
        self._sandboxes, self._should_stop = sandboxes, should_stop
        self._begun_s = time.monotonic()
        self._timings: dict[str, float] = {}
        self._recording = Recording(history_path)
        self._ending: list[threading.Thread] = []

    def judge(self) -> Report:
        try:
            self._conduct()
            report = self._check(None)
        except JudgeError as failed:
            # What was seen until then is kept: it is what an operator will want to read.
            report = self._check(failed) if self._recording.ops else self._report_of(failed)
        finally:
            for thread in self._ending:
                thread.join()
        self._on_event(Event("report", 0.0, report.to_dict()))
        return report

    def _conduct(self) -> None:
        self._tell("preparing", "Your files are checked")
        with self._sandbox() as sandbox:
            self._timings["ready_s"] = self._since_begun_s()
            with _stopping(sandbox, self._should_stop):
                conducted = sandbox.request(
                    "conduct",
                    timeout_s=CONDUCT_TIMEOUT_S,
                    on_event=self._on_event,
                    on_ops=self._recording.take,
                    job=request_of(self._job, self._files, secrets.token_bytes(32)),
                )
        self._timings["scenario_s"] = round(conducted["scenario_ms"] / 1000, 3)

    def _check(self, error: JudgeError | None) -> Report:
        self._tell("checking", "The history is checked")
        self._timings["judged_s"] = self._since_begun_s()
        ops = self._recording.ops
        self._recording.close(closing(ops[-1].t_ms, self._timings, error=error))
        return judge_history(ops)

    def _report_of(self, failed: JudgeError) -> Report:
        return report_of_failure(
            failed, self._job.lab.slug, self._job.stage, self._job.seed, versions()
        )

    @contextmanager
    def _sandbox(self) -> Iterator[Sandbox]:
        shape = shape_of(self._job.lab)
        self._tell("starting", "The brokers start")
        pool = self._sandboxes or Pool(self._home, size=0, shape=shape)
        sandbox, warm = pool.take(shape, self._queued, self._should_stop)
        self._timings["warm"] = float(warm)
        try:
            yield sandbox
        finally:
            # What it saw is judged while it is taken down; `judge` waits for its end.
            self._ending.append(threading.Thread(target=sandbox.close, name="sandbox-end"))
            self._ending[-1].start()
            if self._sandboxes is None:
                pool.close()

    def _queued(self, why: str | None) -> None:
        self._tell(QUEUED, why) if why else self._tell("starting", "It begins")

    def _tell(self, stage: str, label: str) -> None:
        self._on_event(Event("stage", 0.0, {"stage": stage, "label": label}))

    def _since_begun_s(self) -> float:
        return round(time.monotonic() - self._begun_s, 3)


def request_of(job: Job, files: Mapping[str, bytes], key: bytes) -> dict[str, Any]:
    """What the sandbox is asked to conduct, as plain JSON types; `key` signs the orders' ids."""
    lab, limits = job.lab, job.lab.limits
    return {
        "scenario": lab.scenario.to_dict(),
        "files": {name: base64.b64encode(body).decode() for name, body in files.items()},
        "entry": lab.entry,
        "client": lab.client,
        "topic_settings": topic_settings(lab, files),
        "load": load_settings(lab, files),
        "seed": job.seed,
        "key": key.hex(),
        "limits": {
            "wall_s": limits.wall_s,
            "memory_bytes": limits.memory_mb << 20,
            "output_bytes": limits.output_kb << 10,
            "processes": limits.processes,
            "tmp_bytes": limits.tmp_mb << 20,
        },
        "begin": terms_of(job, files).to_detail(),
    }


def terms_of(job: Job, files: Mapping[str, bytes]) -> Terms:
    """Everything that judging needs besides the operations themselves.

    It becomes the history's first operation, so that a stored history can be judged by itself.
    """
    lab = job.lab
    asked = {stage.name: stage for stage in lab.stages}.get("reproduce")
    starter = {name: text.encode() for name, text in lab.starter.items()}
    return Terms(
        lab=lab.slug,
        stage=job.stage,
        seed=job.seed,
        topic=lab.scenario.topic,
        input_topic=lab.scenario.source.name if lab.scenario.source else "",
        isolation=lab.scenario.isolation,
        replicas=min(3, lab.scenario.cluster.brokers),
        promises=lab.promises,
        wanted_anomaly=asked.anomaly if asked else "",
        wanted_causes=asked.causes if asked else (),
        options=options_of(lab),
        faults=lab.scenario.certain_faults,
        canaries={f"canary-{role}": role for role in lab.scenario.canaries},
        min_orders=MIN_ORDERS if lab.scenario.workload.kind in ("orders", "records") else 0,
        entry_bytes=len(files[lab.entry].strip()),
        settings={
            "topic": topic_settings(lab, files),
            "topic, as found": topic_settings(lab, starter),
        },
        versions=versions(),
        rules=alert_rules(lab, files),
        brokers=lab.scenario.cluster.brokers,
    )


def options_of(lab: Lab) -> dict[str, dict[str, Any]]:
    """Every checker's options: the author's, and what follows from the kind of workload."""
    scenario = lab.scenario
    options = {name: dict(each) for name, each in scenario.checks.items()}
    if scenario.workload.kind != "orders":
        # Only orders on standard input are answered; elsewhere silence is no failure.
        deeds = scenario.workload.kind == "records" and scenario.source is None
        expects = "processing" if deeds else "nothing"
        expects = "runbook" if lab.client == "runbook" else expects
        expects = expects if lab.runs_program else "no_program"
        options["program"] = {"expects": expects, **options.get("program", {})}
    return options


@contextmanager
def _stopping(sandbox: Sandbox, should_stop: Callable[[], bool]) -> Iterator[None]:
    """Ask `should_stop` beside a request, and pass a yes on to the sandbox."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(STOP_POLL_S):
            if should_stop():
                sandbox.stop()
                return

    watcher = threading.Thread(target=watch, name="stop-watch", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
