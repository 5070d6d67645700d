"""A killed broker is the one that had the role, and it is gone; see `judge.inside.faults`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from sandboxes.rig import Rig

pytestmark = pytest.mark.brokers


def kill(run: Any, **options: Any) -> dict[str, Any]:
    from judge.inside.faults import FAULTS

    usual = {"target": "leader", "topic": "", "partition": 0}
    fault = FAULTS["kill_broker"]({**usual, **options})
    proof = fault.inject(run)
    return {"proof": proof, "broker": fault.broker, "alive": run.alive_brokers()}


def test_the_leader_is_killed(rig: Rig) -> None:
    seen = rig.do(kill)

    assert seen["broker"] == seen["proof"]["leader"]
    assert seen["broker"] not in seen["alive"]
    assert len(seen["alive"]) == 2
