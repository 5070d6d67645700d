"""A running sandbox as its caller sees it: requests out, answers, events and operations back."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable
from typing import Any

from judge.errors import JudgeError, SandboxUnavailableError
from judge.events import Event
from judge.home import Home
from judge.sandbox.lines import LineReader
from judge.sandbox.owner import owner
from judge.sandbox.programs import require_programs
from judge.sandbox.spawn import SandboxProcess
from judge.sandbox.uid import claim_uid

HELLO_TIMEOUT_S = 30.0
"""From start to the supervisor's first word: 0.1–0.2 s measured, much more on a busy machine.
Without a limit a container that forbids `unshare` hung here for ever."""

_LOG_BYTES = 64 << 10

OnOps = Callable[[list[dict[str, Any]]], None]


class Sandbox:
    """One sandbox. Requests one at a time; `stop` and `close` from any thread."""

    def __init__(self, process: SandboxProcess) -> None:
        """Use `start_sandbox`."""
        self._process = process
        assert process.popen.stdout is not None  # noqa: S101
        self._lines = LineReader(process.popen.stdout)
        self._number = 0
        self._log = bytearray()
        self._asking, self._writing = threading.Lock(), threading.Lock()
        self._closing = threading.Lock()
        self.hello: dict[str, Any] = {}
        self._log_keeper = threading.Thread(target=self._keep_log, daemon=True, name="sandbox-log")
        self._log_keeper.start()

    @property
    def alive(self) -> bool:
        """Whether its processes are still running."""
        return self._process.popen.poll() is None

    @property
    def first_pid(self) -> int | None:
        """The host's number for the first process in it; all others are its descendants."""
        self._process.first.known()
        return self._process.first.pid

    @property
    def log_tail(self) -> str:
        """The last of what the supervisor and bwrap wrote to their error stream; bounded."""
        return bytes(self._log).decode(errors="replace")

    def request(
        self,
        op: str,
        *,
        timeout_s: float,
        on_event: Callable[[Event], None] | None = None,
        on_ops: OnOps | None = None,
        **arguments: Any,
    ) -> dict[str, Any]:
        """Ask for one operation and wait for its answer.

        `on_event` and `on_ops` are called on this thread, in the order things were sent. When
        one of them raises, the sandbox is closed, since nobody would know where it stands.

        Raises:
            JudgeError: the operation failed, took longer than `timeout_s`, or the sandbox died.
                After the last two the sandbox is closed. "sandbox-busy": another thread's
                request is running.
        """
        if not self._asking.acquire(blocking=False):
            raise JudgeError("sandbox-busy", "A sandbox answers one request at a time.")
        try:
            self._number += 1
            self._write({"id": self._number, "op": op, **arguments})
            return self._hear(op, time.monotonic() + timeout_s, on_event, on_ops)
        except JudgeError:
            raise
        except BaseException:
            self.close()
            raise
        finally:
            self._asking.release()

    def _hear(
        self,
        op: str,
        deadline_s: float,
        on_event: Callable[[Event], None] | None,
        on_ops: OnOps | None,
    ) -> dict[str, Any]:
        while True:
            message = self._read(deadline_s, f"the operation {op!r}")
            if "event" in message:
                if on_event is not None:
                    kind, t_ms, data = message["event"]
                    on_event(Event(kind, t_ms, data))
            elif "ops" in message:
                if on_ops is not None:
                    on_ops(message["ops"])
            elif message.get("id") == self._number:
                return self._answer(message)

    def stop(self) -> None:
        """Ask the running operation to end early; it still answers. Never blocks for long."""
        self._write({"op": "stop"})

    def close(self) -> None:
        """End everything in the sandbox and wait until nothing of it is left. Safe to repeat."""
        with self._closing:
            self._process.end()
            self._log_keeper.join(timeout=5)  # so that the last words are in `log_tail`

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def greet(self) -> None:
        """Wait for the supervisor's first word. Raises SandboxUnavailableError or JudgeError."""
        try:
            message = self._read(time.monotonic() + HELLO_TIMEOUT_S, "its start")
        except JudgeError as error:
            raise SandboxUnavailableError(
                "sandbox-did-not-start",
                "The sandbox could not be made on this machine; `judge doctor` says what it lacks.",
                self.log_tail or error.message,
            ) from error
        if "hello" not in message:
            self.close()
            unable = message.get("unable", {})
            code, text = unable.get("code", "sandbox-did-not-start"), unable.get("message", "")
            raise SandboxUnavailableError(str(code), str(text), str(unable.get("detail", "")))
        self.hello = message["hello"]

    def _answer(self, message: dict[str, Any]) -> dict[str, Any]:
        error = message.get("error")
        if error is None:
            return dict(message["ok"])
        raise JudgeError(str(error["code"]), str(error["message"]), str(error.get("detail", "")))

    def _write(self, message: dict[str, Any]) -> None:
        line = memoryview(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        pipe = self._process.popen.stdin
        try:
            with self._writing:
                while line and pipe is not None:
                    line = line[os.write(pipe.fileno(), line) :]
        except (OSError, ValueError) as error:
            raise self._died("a request") from error

    def _read(self, deadline_s: float, what: str) -> dict[str, Any]:
        try:
            message = json.loads(self._lines.read(deadline_s))
        except TimeoutError as late:
            self.close()
            text = f"The sandbox gave no answer to {what}."
            raise JudgeError("sandbox-timed-out", text, self.log_tail) from late
        except EOFError as error:
            raise self._died(what) from error
        except ValueError:
            message = None
        if not isinstance(message, dict):
            self.close()
            raise JudgeError("sandbox-spoke-nonsense", f"No JSON object during {what}.")
        return message

    def _died(self, what: str) -> JudgeError:
        self.close()
        return JudgeError("sandbox-died", f"The sandbox ended during {what}.", self.log_tail)

    def _keep_log(self) -> None:
        pipe = self._process.popen.stderr
        if pipe is None:
            return
        with pipe:
            while chunk := pipe.read(4096):
                self._log += chunk
                del self._log[:-_LOG_BYTES]


def start_sandbox(home: Home) -> Sandbox:
    """Start a sandbox with its network made and no broker in it.

    Raises:
        SandboxUnavailableError: this machine cannot make one; nothing is run on it then.
        JudgeError: no user id was free.
    """
    require_programs()
    uid = claim_uid() if os.geteuid() == 0 else None
    try:
        sandbox = Sandbox(owner().run(lambda: SandboxProcess(home, uid)))
    except BaseException:
        if uid is not None:
            uid.release()
        raise
    sandbox.greet()
    return sandbox
