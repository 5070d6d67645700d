"""Starts nodes that are down, each with the disk that it left, and proves that they are back."""

from __future__ import annotations

import socket
from collections.abc import Iterable
from typing import Any

from judge.inside.network import CONTROLLER_PORT, broker_ip
from judge.inside.observers.quorum import Quorum, quorum_of
from judge.inside.proving import prove
from judge.inside.rejoining import ANSWER_TIMEOUT_S, REJOIN_TIMEOUT_S, view_of, wait_rejoined
from judge.inside.run_state import RunState


def bring_back(run: RunState, nodes: Iterable[int]) -> dict[str, Any]:
    """Start those of `nodes` that are down and wait until they are registered and in sync.

    Returns the proof: who was started, and after what time all of them were back.

    Raises:
        JudgeError: "fault-had-no-effect" when one ends again or does not come back.
    """
    brokers = run.stage.brokers
    down = [node for node in sorted(set(nodes)) if not brokers.alive(node)]
    before = {node: quorum_of(brokers.data_dir(node)) for node in down}
    begun_ms = run.now_ms()
    for node in down:
        brokers.start(node)
    for node in down:
        if node not in run.brokers:
            _wait_controller(run, node, before[node])
    served = [node for node in down if node in run.brokers]
    for broker in served:
        _wait_answers(run, broker)
        # As its own kernel would: refused until it listens, not until it is in sync.
        run.stage.tap.broker_up(broker)
    if served:
        wait_rejoined(run, served)
    return {"started": down, "back_after_ms": round(run.now_ms() - begun_ms)}


def _wait_answers(run: RunState, broker: int) -> None:
    prove(
        run,
        lambda: view_of(broker) is not None or not run.stage.brokers.alive(broker),
        REJOIN_TIMEOUT_S,
        f"broker {broker} was started and does not answer",
    )
    _require_alive(run, broker)


def _wait_controller(run: RunState, node: int, before: Quorum) -> None:
    """Wait until a separate controller listens and the quorum has a leader that lives.

    What it wrote before it went down names itself, perhaps; then its epoch has to be a new one.
    """
    brokers = run.stage.brokers

    def leads_or_follows() -> bool:
        if not brokers.alive(node):
            return True
        now = quorum_of(brokers.data_dir(node))
        fresh = now.leader != node or now.epoch > before.epoch
        return _listens(node) and now.leader in brokers.live_node_ids and fresh

    error = f"controller {node} was started and has no place in the quorum"
    prove(run, leads_or_follows, REJOIN_TIMEOUT_S, error)
    _require_alive(run, node)


def _require_alive(run: RunState, node: int) -> None:
    alive = run.stage.brokers.alive(node)
    prove(run, lambda: alive, 0, f"node {node} was started and ended again")


def _listens(node: int) -> bool:
    try:
        address = (broker_ip(node), CONTROLLER_PORT)
        socket.create_connection(address, timeout=ANSWER_TIMEOUT_S).close()
    except OSError:
        return False
    return True
