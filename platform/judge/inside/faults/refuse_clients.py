"""A broker whose client port is shut: every client is refused, the other brokers are not."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.network import CLIENT_PORT, broker_ip
from judge.inside.nft import packets, put_rules, take_rules
from judge.inside.reach import CONNECTED, REFUSED, Trial, try_all
from judge.inside.run_state import RunState
from judge.inside.targets import find_target
from judge.waiting import wait_until

TRY_S = 0.5
TIMEOUT_S = 5.0

_numbers = itertools.count(1)


class RefuseClients:
    """Answers whatever clients send to the target with a TCP reset, and breaks what is open.

    The target stays in the cluster and leads what it leads, so a client that is refused by the
    leader has nowhere else to go. It hits the program, through the tap, and our own clients.
    """

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.target_options.target_options`."""
        self._options = options
        self._table = f"refuse_clients_{next(_numbers)}"
        self._id = ""
        self._put = False

    def inject(self, run: RunState) -> dict[str, Any]:
        """Shut the port, and prove it by connections that are refused on both sides of the tap."""
        hit = self.broker = find_target(run, self._options)
        if self._tried(run) != {CONNECTED}:
            text = f"broker {hit} took no clients before the fault"
            raise JudgeError("fault-had-no-effect", text)
        self._id = run.stage.tap.add_rule({"rule": "refuse", "broker": hit})
        broken = run.stage.tap.add_rule({"rule": "reset", "broker": hit})
        rules = [f"tcp dport {CLIENT_PORT} counter reject with tcp reset"]
        put_rules(run.stage.network.ns_of(hit), "inet", self._table, "input", rules)
        self._put = True
        if self._tried(run) != {REFUSED}:
            raise JudgeError("fault-had-no-effect", f"broker {hit} still takes clients")
        return {
            "port": CLIENT_PORT,
            "connections_broken": run.stage.tap.rule_state(broken)["fired"],
            "packets_refused": self._refused(run),
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Open it again; connections are taken on both sides, unless the broker has died."""
        hit = self.broker
        if hit is None or not self._put:
            return {}
        refused = self._refused(run)
        take_rules(run.stage.network.ns_of(hit), "inet", self._table)
        self._put = False
        if self._id:
            run.stage.tap.remove_rule(self._id)
        if run.stage.brokers.alive(hit):
            wait_until(
                lambda: self._tried(run) == {CONNECTED},
                TIMEOUT_S,
                f"broker {hit} takes no clients",
                code="fault-not-healed",
            )
        return {"packets_refused": refused}

    def _refused(self, run: RunState) -> int:
        assert self.broker is not None  # noqa: S101
        return packets(run.stage.network.ns_of(self.broker), "inet", self._table)

    def _tried(self, run: RunState) -> set[str]:
        """What became of a connection from our side and of one from the program's."""
        assert self.broker is not None  # noqa: S101
        network = run.stage.network
        places = (network.platform_ns, network.learner_ns)
        host = broker_ip(self.broker)
        return set(try_all([Trial(ns, host, CLIENT_PORT) for ns in places], TRY_S))
