"""The supervisor's handle on the tap: opens and shuts its doors, and reads its evidence."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.tap.call_records import CallRecord, call_record_from_row
from judge.inside.tap.places import Address, Places, places_in
from judge.inside.tap.records import TapRecord, record_from_line
from judge.inside.tap.spawn import spawn_tap
from judge.waiting import wait_until

if TYPE_CHECKING:
    from judge.inside.network import Network

_ANSWER_TIMEOUT_S = 10.0
_READ_BYTES = 1 << 16
_DETAIL_BYTES = 8000


class Tap:
    """A running tap. Its methods may be called from any thread.

    Those that talk to the process raise JudgeError "tap-died" once it is gone.
    """

    def __init__(self, places: Places) -> None:
        self._asking, self._reading = threading.Lock(), threading.Lock()
        self._chunks: list[bytes] = []
        self._rows: list[TapRecord | CallRecord] = []
        self._arrived_rows = self._drained_rows = 0
        self._stopped = False
        self._tap = spawn_tap(places)
        self._tap.control.settimeout(_ANSWER_TIMEOUT_S)
        self._answers = self._tap.control.makefile("rb")
        self._reader = threading.Thread(target=self._collect, name="tap-evidence", daemon=True)
        self._reader.start()
        self.addresses: dict[int, Address] = {}
        """Where the program finds each broker."""
        try:
            for broker in places.listen:
                self.broker_up(broker)
        except JudgeError:
            self._end()
            raise

    @property
    def pid(self) -> int:
        """The tap's process."""
        return self._tap.process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._tap.process.poll() is None

    def broker_up(self, broker: int) -> None:
        """Listen in the broker's stead (again)."""
        host, port = self._ask("up", broker=broker)["address"]
        self.addresses[broker] = (host, port)

    def broker_down(self, broker: int) -> None:
        """Refuse new connections to this broker, as the kernel of a dead one would.

        Connections that are open stay: they break when the broker's do.
        """
        self._ask("down", broker=broker)

    def acknowledged(self, topic: str) -> int:
        """Records of `topic` whose acknowledgement was delivered so far. Costs a round trip."""
        return int(self._ask("acknowledged", topic=topic)["records"])

    def stats(self) -> dict[str, Any]:
        """Counts: connections, why they ended, requests by API name, rows, CPU seconds."""
        return self._ask("stats")

    def records(self) -> list[TapRecord]:
        """Every batch whose fate is known, in the order in which it became known.

        Batches in flight are not among them; `stop` and `reset_connections` settle those.
        """
        return [row for row in self._all_rows() if isinstance(row, TapRecord)]

    def calls(self) -> list[CallRecord]:
        """Every commit, end of a transaction and group request, as `records` has the batches."""
        return [row for row in self._all_rows() if isinstance(row, CallRecord)]

    def drain(self) -> list[TapRecord]:
        """Like `records`, but only those that no earlier `drain` returned."""
        records = self.records()
        with self._reading:
            fresh, self._drained_rows = records[self._drained_rows :], len(records)
        return fresh

    def ops(self, t0_mono_s: float) -> list[Op]:
        """All evidence as operations of the history; `t0_mono_s` is its zero on CLOCK_MONOTONIC."""
        return [row.to_op(t0_mono_s) for row in self._all_rows()]

    def set_mode(self, mode: Literal["full", "splice"]) -> None:
        """What is made of connections that are opened from now on; a tap begins in full mode.

        Spliced bytes pass unread: `stats` counts them as `spliced_bytes`, and they leave no
        record, no operation and no acknowledgement. Rules for frames never fire on them.
        """
        self._ask("mode", mode=mode)

    def guard(self, *, administers: bool) -> None:
        """Refuse from now on, wherever frames are read, what a program may not ask.

        Only a program that `administers` may change topics, groups and brokers; none may speak as
        a broker, change who may do what, or write to topics of Kafka's own and of the canaries.
        """
        self._ask("guard", administers=administers)

    def add_rule(self, spec: Mapping[str, Any]) -> str:
        """Put a rule in force at once; returns its id. docs/tap.md lists the rules and their keys.

        Raises JudgeError "tap-rule-refused" for a rule that cannot be.
        """
        return str(self._ask("add-rule", spec=dict(spec))["id"])

    def remove_rule(self, rule_id: str) -> None:
        """End a rule; what it holds is released. Harmless when it has ended already."""
        self._ask("remove-rule", rule_id=rule_id)

    def rule_state(self, rule_id: str) -> dict[str, Any]:
        """What a rule has done, also after its end: `fired`, `held` and the first `events`.

        An event has `t_s` on CLOCK_MONOTONIC, `connection`, `broker`, `client` and, for a frame,
        `api`, `request`, `places`. With `fired` 0 there was no fault, and no verdict on it.
        """
        return self._ask("rule-state", rule_id=rule_id)

    def reset_connections(self, why: str = "tap-reset") -> None:
        """Break every open connection; what was in flight on them becomes `unanswered`."""
        self._catch_up(self._ask("close-all", why=why)["rows"])

    def stop(self) -> None:
        """Break all connections, settle all exchanges, end the process. Records stay readable.

        A tap that is dead already is no error here: `reset_connections` says so when it matters.
        """
        if self._stopped:
            return
        with contextlib.suppress(JudgeError):
            self.reset_connections("tap-stopped")
        self._end()

    def _all_rows(self) -> list[TapRecord | CallRecord]:
        if not self._stopped:
            self._catch_up(self._ask("flush")["rows"])
        with self._reading:
            *lines, rest = b"".join(self._chunks).split(b"\n")
            self._chunks = [rest] if rest else []
            self._rows += map(_row, lines)
            return list(self._rows)

    def _end(self) -> None:
        self._stopped = True
        self._tap.process.kill()
        self._tap.process.wait()
        self._reader.join(_ANSWER_TIMEOUT_S)
        self._answers.close()
        self._tap.control.close()
        os.close(self._tap.log_fd)

    def _ask(self, command: str, **arguments: Any) -> dict[str, Any]:
        if self._stopped:
            raise JudgeError("tap-died", f"The tap was asked to {command} after its end.")
        with self._asking:
            try:
                request = json.dumps({"do": command, **arguments})
                self._tap.control.sendall(request.encode() + b"\n")
                line = self._answers.readline()
            except OSError as error:
                raise self._died(command) from error
        if not line:
            raise self._died(command)
        answer = json.loads(line)
        if "refused" in answer:
            raise JudgeError("tap-rule-refused", answer["refused"])
        if "error" in answer:
            raise JudgeError("tap-failed", f"The tap failed to do {command!r}.", answer["error"])
        body: dict[str, Any] = answer["ok"]
        return body

    def _died(self, command: str) -> JudgeError:
        detail = self._tap.log_tail(_DETAIL_BYTES)
        return JudgeError("tap-died", f"The tap was gone when asked to {command}.", detail)

    def _collect(self) -> None:
        # Rows are kept as bytes while the run is hot: parsing them would steal its CPU.
        while chunk := os.read(self._tap.evidence_fd, _READ_BYTES):
            with self._reading:
                self._chunks.append(chunk)
                self._arrived_rows += chunk.count(b"\n")
        os.close(self._tap.evidence_fd)

    def _catch_up(self, rows: int) -> None:
        wait_until(
            lambda: self._arrived_rows >= rows or not self._reader.is_alive(),
            _ANSWER_TIMEOUT_S,
            "The tap's evidence did not arrive.",
            code="tap-died",
        )


def _row(line: bytes) -> TapRecord | CallRecord:
    if line.startswith(b"{"):
        return call_record_from_row(json.loads(line))
    return record_from_line(line)


def start_tap(network: Network, broker_ids: Sequence[int]) -> Tap:
    """Start the tap of a sandbox, listening for all of `broker_ids` when this returns.

    It is guarded as for a program that administers nothing.
    """
    tap = start_tap_at(places_in(network, tuple(broker_ids)))
    tap.guard(administers=False)
    return tap


def start_tap_at(places: Places) -> Tap:
    """Start a tap anywhere, for instance on loopback with port 0; nothing is refused yet."""
    return Tap(places)
