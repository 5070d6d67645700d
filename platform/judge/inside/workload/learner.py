"""The learner's programs of one run: started, heard, killed and started again."""

from __future__ import annotations

import base64
import contextlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from judge.errors import JudgeError
from judge.events import Event
from judge.history import Op
from judge.inside.exits import ProgramExit, explain
from judge.inside.jail import Program
from judge.inside.limits import limits_from_dict
from judge.inside.network import bootstrap
from judge.inside.programs import KINDS
from judge.inside.programs.kind import Built, Command, UnfitProgramError
from judge.inside.stage import Stage
from judge.inside.workload.answers import Answers
from judge.inside.workload.findings import Findings
from judge.inside.workload.sink import Sink
from judge.scenario import Scenario
from judge.step_keys import PROGRAM

END_S = 5.0


class Learner:
    """Every program that the scenario starts, by its name; a name started again is a new program.

    What they print is told apart here: an answer, a side effect, or only output.
    """

    def __init__(
        self,
        stage: Stage,
        scenario: Scenario,
        job: Mapping[str, Any],
        now_ms: Callable[[], float],
    ) -> None:
        self._stage, self._scenario, self._now_ms = stage, scenario, now_ms
        files = {name: base64.b64decode(body) for name, body in job["files"].items()}
        self._files: Mapping[str, bytes] | Built = files
        self._entry: str = job["entry"]
        self._kind = KINDS.get(job["client"])
        self.is_runbook: bool = job["client"] == "runbook"
        limits = limits_from_dict(job["limits"])
        self._limits = self._kind.fit(limits) if self._kind else limits
        self._sinks: dict[str, Sink] = {}
        self.answers = Answers(stage.note, now_ms)
        self._findings = Findings(stage.note, now_ms)
        self.programs: dict[str, Program] = {}
        self.processed: set[str] = set()
        """Orders that any of the programs has said it processed."""
        self._ended_by_us: set[str] = set()

    def build(self) -> None:
        """Make the files ready: once, and before anything is measured, since it may take seconds.

        Files that are no program stay as they are, and end the first program that is started.
        """
        if self._kind is not None and not isinstance(self._files, Built):
            with contextlib.suppress(UnfitProgramError):
                self._files = self._kind.build(self._files, self._limits, self._stage.network)

    def give(self, files: Mapping[str, bytes]) -> None:
        """Files of ours that every program started from now on finds beside its own."""
        if isinstance(self._files, Built):
            self._files = replace(self._files, files={**self._files.files, **files})
        else:
            self._files = {**self._files, **files}

    def start(self, name: str = PROGRAM, entry: str = "") -> None:
        """Start a program, or one that was killed anew."""
        self._ended_by_us.discard(name)
        sink = self._sinks.setdefault(name, Sink(self._note_processed, self._now_ms, name))

        def heard(stream: str, text: str, _t: float) -> None:
            if stream == "stdout" and any(
                ear.hear(text) for ear in (self.answers, sink, self._findings)
            ):
                return
            event = Event("output", self._now_ms(), {"stream": stream, "text": text})
            self._stage.emit(event)

        self.programs[name] = Program(
            files=self._files,
            argv=[entry or self._entry],
            limits=self._limits,
            on_line=heard,
            network=self._stage.network,
            env=self._env(name),
            kind=self._kind,
            on_command=self._heard_command,
        ).start()
        self._note("started", name)

    def send(self, line: str) -> bool:
        """Write a line to the program that takes orders; False when it no longer reads."""
        program = self.programs.get(PROGRAM)
        return program is not None and program.send(line)

    def processes(self) -> list[int]:
        """Every process of every program that runs, by the sandbox's numbers."""
        return [pid for program in list(self.programs.values()) for pid in program.processes()]

    def over(self) -> bool:
        """Whether every program that ought to run has ended."""
        left = [p for name, p in self.programs.items() if name not in self._ended_by_us]
        return bool(left) and all(program.exit is not None for program in left)

    def kill(self, name: str) -> ProgramExit:
        """End one as the scenario demands, and wait until nothing of it runs.

        Raises JudgeError `no-such-target` when it does not run any more.
        """
        program = self.programs.get(name)
        if program is None or program.exit is not None:
            raise JudgeError("no-such-target", f"the program {name} does not run")
        self._ended_by_us.add(name)
        program.kill()
        ended = self._await_end(name, program)
        self._note("stopped", name, **ended.to_dict())
        return ended

    def finish(self, timeout_s: float) -> None:
        """End the input of all, and kill what has not ended `timeout_s` later."""
        for program in self.programs.values():
            program.close_stdin()
        for program in self.programs.values():
            if program.wait(timeout_s) is None:
                program.kill("wall-clock")

    def end(self) -> list[tuple[str, ProgramExit]]:
        """Whatever happened, every program is over after this, and why is in the history.

        A failure is noted last: it is what the run is judged by.
        """
        for name, program in self.programs.items():
            if program.exit is None:
                program.kill()
            self._await_end(name, program)
        ends = [
            (name, program.exit)
            for name, program in self.programs.items()
            if name not in self._ended_by_us and program.exit is not None
        ]
        ends.sort(key=lambda each: each[1].failed)
        for name, ended in ends:
            self._note("exit", name, error=ended.reason, **ended.to_dict())
        return ends

    def explain(self, ended: ProgramExit) -> str:
        """The end of a program as a sentence."""
        return explain(ended, self._limits)

    def _await_end(self, name: str, program: Program) -> ProgramExit:
        ended = program.wait(END_S)
        if ended is None:
            raise JudgeError("program-not-killed", f"the program {name} outlived its kill")
        return ended

    def _env(self, name: str) -> dict[str, str]:
        scenario = self._scenario
        env = {
            "BOOTSTRAP_SERVERS": bootstrap(self._stage.brokers.ids),
            "TOPIC": scenario.topic,
            "INSTANCE": name,
        }
        if scenario.source is not None:
            env["INPUT_TOPIC"] = scenario.source.name
        if scenario.group:
            env["GROUP_ID"] = scenario.group
        return env

    def _note_processed(self, op: Op) -> None:
        if op.id is not None:
            self.processed.add(op.id)
        self._stage.note(op)

    def _heard_command(self, command: Command) -> None:
        """Show a tool that a runbook ran; a program could forge it, so nothing is judged by it."""
        detail = {"line": command.line, "code": command.code, "seconds": command.seconds}
        kind = "fail" if command.code else "ok"
        self._stage.note(Op(self._now_ms(), "cli", kind, "command", detail=detail))
        said = {"what": "command", "text": f"{command.line} → {command.code}", "broker": None}
        self._stage.emit(Event("timeline", self._now_ms(), {**said, "detail": detail}))

    def _note(self, f: str, name: str, *, error: str | None = None, **detail: Any) -> None:
        body = {"program": name, **detail}
        self._stage.note(Op(self._now_ms(), "program", "info", f, error=error, detail=body))
