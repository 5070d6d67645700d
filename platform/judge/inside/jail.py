"""Runs a learner's program in the nested jail: no rights, no files, no network but the tap."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from judge.bwrap import FirstProcess
from judge.inside.exits import ProgramExit
from judge.inside.jail_process import start_jail
from judge.inside.limits import Limits
from judge.inside.network import Network
from judge.inside.output import Meter, OnLine, Reader
from judge.inside.programs.kind import Built, Kind, OnCommand, UnfitProgramError
from judge.inside.programs.python import Python
from judge.inside.programs.reports import MOST_BYTES, read_report
from judge.inside.watchdog import PERIOD_S, members, memory_bytes, pid_namespace
from judge.inside.workdir import Workdir

_SIGNAL_BASE = 128
_HIGHEST_SIGNAL = 64


class Program:
    """One run of a learner's program. `start` once; the other calls from any thread.

    Args:
        files: the program's files by name; they appear in /work, read-only.
        argv: the file to run, then its arguments.
        limits: what it may use, raised where its kind needs more; going over ends it.
        on_line: called for each line it prints, on a thread of the stream's own.
        network: it is put into the learner's namespace of this.
        env: what to add to its environment, which is otherwise next to empty.
        kind: what its files are; Python unless told otherwise.
        on_command: called for each command that it reports, on a thread of its own.
    """

    def __init__(
        self,
        files: Mapping[str, bytes] | Built,
        argv: Sequence[str],
        limits: Limits,
        on_line: OnLine,
        *,
        network: Network,
        env: Mapping[str, str] | None = None,
        kind: Kind | None = None,
        on_command: OnCommand | None = None,
    ) -> None:
        self._network, self._files, self._argv = network, files, tuple(argv)
        self._kind = kind or Python()
        self.limits = self._kind.fit(limits)
        self._on_line, self._on_command = on_line, on_command
        self._env = dict(env or {})
        self._meter = Meter(limits.output_bytes, lambda: self._end("output"))
        self._popen: subprocess.Popen[bytes] | None = None
        self._first: FirstProcess | None = None
        self._stdin, self._peak_bytes = -1, 0
        self._namespace: int | None = None
        self._reason, self._done, self._input_over = "", threading.Event(), threading.Event()
        self._lock, self._writing = threading.Lock(), threading.Lock()
        self._exit: ProgramExit | None = None
        self._failure: Exception | None = None
        self.started_s = 0.0

    def start(self) -> Program:
        """Start it and return at once, unless its files have to be built first.

        Files that cannot be built are an end like any other: `exit` is known when this returns.

        Raises:
            JudgeError: "learner-runtime-missing", "kafka-not-installed": nothing to run it with.
        """
        try:
            built = self._built()
        except UnfitProgramError as unfit:
            self._exit = unfit.exit
            self._done.set()
            return self
        launch = self._kind.launch(self._argv)
        workdir = Workdir(built.files, self.limits, launch.bin)
        self.started_s = time.monotonic()
        try:
            jail = start_jail(workdir, launch, self.limits, self._env, self._network)
        except BaseException:
            workdir.remove()
            raise
        self._popen, self._first, self._stdin = jail.popen, jail.first, jail.stdin
        if not launch.hears:
            self.close_stdin()
        readers = self._listen(jail.streams)
        watch = threading.Thread(target=self._watch, args=(workdir, readers), daemon=True)
        watch.start()
        return self

    def send(self, line: str) -> bool:
        """Write one line to its standard input; False when it is gone or has closed it.

        Waits while the pipe is full: a program that does not read holds its sender up, until
        one of its limits ends it.
        """
        rest = memoryview(line.encode() + b"\n")
        with self._writing:
            while rest:
                if self._input_over.is_set() or self._done.is_set():
                    return False
                try:
                    rest = rest[os.write(self._stdin, rest) :]
                except BlockingIOError:
                    select.select([], [self._stdin], [], PERIOD_S)
                except OSError:
                    return False
        return True

    def close_stdin(self) -> None:
        """End its standard input; a line that is just being sent is given up. Safe to repeat."""
        self._input_over.set()
        with self._writing:
            if self._stdin >= 0:
                os.close(self._stdin)
                self._stdin = -1

    def kill(self, reason: str = "killed-by-us") -> None:
        """End every process in the jail, for `reason` (one of REASONS). Does not wait.

        A program that has ended by itself keeps its own end.
        """
        if self._popen is not None and self._popen.poll() is None:
            self._end(reason)

    @property
    def exit(self) -> ProgramExit | None:
        """How it ended; None as long as anything in the jail runs."""
        return self._exit if self._done.is_set() else None

    def processes(self) -> list[int]:
        """Every process in the jail, by the sandbox's numbers; none before its start or after.

        Its first tenth of a second is "before": the jail is not known yet then.
        """
        if self._namespace is None or self._done.is_set():
            return []
        return members(self._namespace)

    def wait(self, timeout_s: float | None = None) -> ProgramExit | None:
        """Wait until every process in the jail is gone and all output has been handed on.

        Without `timeout_s` the wall clock bounds the wait; None when `timeout_s` passed first.
        Raises what `on_line` raised, if it did.
        """
        self._done.wait(timeout_s)
        if self._failure is not None:
            raise self._failure
        return self.exit

    def _built(self) -> Built:
        if isinstance(self._files, Built):
            return self._files
        try:
            return self._kind.build(self._files, self.limits, self._network)
        except UnfitProgramError as unfit:
            for line in unfit.exit.stderr_tail.splitlines():
                self._on_line("stderr", line, time.monotonic())
            raise

    def _listen(self, streams: Mapping[str, int]) -> dict[str, Reader]:
        reports = Meter(MOST_BYTES, lambda: self._end("output"))
        readers = {
            name: Reader(fd, name, reports, self._report)
            if name == "reports"
            else Reader(fd, name, self._meter, self._on_line)
            for name, fd in streams.items()
        }
        for reader in readers.values():
            reader.start()
        return readers

    def _report(self, _stream: str, text: str, at_s: float) -> None:
        command = read_report(text, at_s)
        if command is not None and self._on_command is not None:
            self._on_command(command)

    def _end(self, reason: str) -> None:
        with self._lock:
            if self._first is None:
                return
            self._reason = self._reason or reason
            self._first.kill()  # when it is too early for that, the watch does it on its next round

    def _watch(self, workdir: Workdir, readers: Mapping[str, Reader]) -> None:
        try:
            self._exit = self._see_it_through(workdir, readers)
            self._failure = next((r.error for r in readers.values() if r.error), None)
        except Exception as error:  # whoever waits must hear of it, or would wait for ever
            self._failure = error
        self._done.set()

    def _see_it_through(self, workdir: Workdir, readers: Mapping[str, Reader]) -> ProgramExit:
        assert self._popen is not None  # noqa: S101
        assert self._first is not None  # noqa: S101
        while self._popen.poll() is None and not self._reason:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(PERIOD_S)
            self._check(self._first)
        self._first.end(self._popen)
        for reader in readers.values():
            reader.join()
        self.close_stdin()
        workdir.remove()
        code = self._first.exit_code()
        self._first.close()
        return self._ended(code, readers)

    def _check(self, first: FirstProcess) -> None:
        if time.monotonic() - self.started_s > self.limits.wall_s:
            self._end("wall-clock")
        if not first.known() or first.pid is None:
            return
        with contextlib.suppress(OSError):  # it has ended since
            if self._namespace is None:
                self._namespace = pid_namespace(first.pid)
            used = memory_bytes(members(self._namespace))
            self._peak_bytes = max(self._peak_bytes, used)
            if used > self.limits.memory_bytes:
                self._end("memory")

    def _ended(self, code: int | None, readers: Mapping[str, Reader]) -> ProgramExit:
        tail = readers["stderr"].tail.decode(errors="replace")
        reason = self._reason or ("exited" if code is not None else "start-failed")
        number = None
        if code is not None and _SIGNAL_BASE < code <= _SIGNAL_BASE + _HIGHEST_SIGNAL:
            number, code = code - _SIGNAL_BASE, None
        total = self._meter.total_bytes
        return ProgramExit(reason, code, number, tail, self._peak_bytes, total)
