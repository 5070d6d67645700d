"""A bad cable at one broker: a share of all packets to it and from it is lost."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from judge.errors import JudgeError
from judge.inside.datagrams import arrived_each_way
from judge.inside.network import broker_ip
from judge.inside.run_state import RunState
from judge.inside.targets import confirm_target, find_target
from judge.waiting import wait_until

SENT = 1000
"""So many test packets each way that of 1 % loss none is lost once in 20,000 times."""

WHOLE_TIMEOUT_S = 10.0
"""How long packets may be lost without the fault because the machine is busy."""

_numbers = itertools.count(1)


class LosePackets:
    """Drops packets at random on the bridge. TCP sends them again, and everything gets slower."""

    broker: int | None = None
    lasting = True

    def __init__(self, options: Mapping[str, Any]) -> None:
        """Keys: see `judge.network_fault_options.lose_packets`."""
        self._options = options
        self._rule = f"lose_packets_{next(_numbers)}"

    def inject(self, run: RunState) -> dict[str, Any]:
        """Begin to drop, and prove it by test packets that do not arrive, each way."""
        hit = self.broker = find_target(run, self._options)
        text = f"packets to or from broker {hit} were lost before the fault"
        self._await_all(run, text, "fault-had-no-effect")
        chance = f"numgen random mod 100 < {self._options['percent']}"
        ends = (f"ip daddr {broker_ip(hit)}", f"ip saddr {broker_ip(hit)}")
        run.stage.network.cut(self._rule, [f"{end} {chance}" for end in ends])
        confirm_target(run, self._options, hit)
        arrived = arrived_each_way(run.stage.network, hit, SENT)
        dropped = run.stage.network.dropped(self._rule)
        # What a busy machine loses by itself is no proof; the rule counts its own.
        if not dropped or not all(0 < count < SENT for count in arrived):
            text = f"of {SENT} packets each way {arrived} arrived, and the rule dropped {dropped}"
            raise JudgeError("fault-had-no-effect", text)
        return {
            "percent": self._options["percent"],
            "sent_each_way": SENT,
            "arrived": list(arrived),
            "frames_dropped": dropped,
        }

    def heal(self, run: RunState) -> dict[str, Any]:
        """Stop; every test packet arrives again."""
        dropped = run.stage.network.dropped(self._rule)
        run.stage.network.heal(self._rule)
        if self.broker is None or not run.stage.brokers.alive(self.broker):
            return {"frames_dropped": dropped}
        self._await_all(run, "packets are still lost", "fault-not-healed")
        return {"frames_dropped": dropped, "arrived": [SENT, SENT]}

    def _await_all(self, run: RunState, text: str, code: str) -> None:
        broker, network = self.broker, run.stage.network
        assert broker is not None  # noqa: S101

        def all_arrive() -> bool:
            return set(arrived_each_way(network, broker, SENT)) == {SENT}

        wait_until(all_arrive, WHOLE_TIMEOUT_S, text, code=code)
