"""The tap's ear: one JSON request a line from the supervisor, one JSON answer a line back."""

from __future__ import annotations

import json
import os
import resource
import socket
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from judge.inside.tap.codec import api_name
from judge.inside.tap.evidence import Evidence
from judge.inside.tap.proxy import Mode, Proxy
from judge.inside.tap.rules import BadRuleError, RuleBook

_READ_BYTES = 1 << 16


class Control:
    """Serves requests on `sock`; when the other end is gone, so is this process."""

    def __init__(
        self, sock: socket.socket, proxy: Proxy, evidence: Evidence, rules: RuleBook
    ) -> None:
        self._sock, self._proxy, self._evidence, self._rules = sock, proxy, evidence, rules
        self._buffer = b""
        self._commands: dict[str, Callable[..., dict[str, Any]]] = {
            "up": self._up,
            "down": self._down,
            "close-all": self._close_all,
            "flush": self._flush,
            "acknowledged": self._acknowledged,
            "stats": self._stats,
            "mode": self._mode,
            "guard": self._guard,
            "add-rule": self._add_rule,
            "remove-rule": self._remove_rule,
            "rule-state": self._rules.state,
        }

    def on_readable(self) -> None:
        """Answer every whole line that is here."""
        data = self._sock.recv(_READ_BYTES)
        if not data:
            os._exit(0)
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            request = json.loads(line)
            command = self._commands[request.pop("do")]
            try:
                answer: dict[str, Any] = {"ok": command(**request)}
            except BadRuleError as error:
                answer = {"refused": str(error)}
            except OSError as error:
                answer = {"error": f"{type(error).__name__}: {error}"}
            self._sock.sendall(json.dumps(answer).encode() + b"\n")

    def _up(self, broker: int) -> dict[str, Any]:
        return {"address": self._proxy.broker_up(broker)}

    def _down(self, broker: int) -> dict[str, Any]:
        self._proxy.broker_down(broker)
        return {}

    def _close_all(self, why: str) -> dict[str, Any]:
        self._proxy.close_all(why)
        return self._flush()

    def _flush(self) -> dict[str, Any]:
        self._evidence.flush()
        return {"rows": self._evidence.rows}

    def _acknowledged(self, topic: str) -> dict[str, Any]:
        return {"records": self._evidence.acknowledged[topic]}

    def _mode(self, mode: Mode) -> dict[str, Any]:
        if mode not in ("full", "splice"):
            raise BadRuleError(f"The tap has no mode {mode!r}. It has full and splice.")
        self._proxy.mode = mode
        return {}

    def _guard(self, *, administers: bool) -> dict[str, Any]:
        self._proxy.guard.watch(administers=administers)
        return {}

    def _add_rule(self, spec: dict[str, Any]) -> dict[str, Any]:
        rule_id = self._rules.add(spec)
        self._proxy.refresh_all()
        return {"id": rule_id}

    def _remove_rule(self, rule_id: str) -> dict[str, Any]:
        self._rules.remove(rule_id)
        self._proxy.refresh_all()
        return {}

    def _stats(self) -> dict[str, Any]:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return {
            **self._proxy.figures(),
            "rows": self._evidence.rows,
            "requests": _by_name(self._evidence.requests),
            "acknowledged": dict(self._evidence.acknowledged),
            "unread_fetches": self._evidence.unread_fetches,
            "rss_kb": _rss_kb(),
            "cpu_s": round(usage.ru_utime + usage.ru_stime, 3),
        }


def _rss_kb() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024


def _by_name(requests: Counter[int]) -> dict[str, int]:
    return {api_name(api): count for api, count in requests.items()}
