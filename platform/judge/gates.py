"""The gates between a run and its verdict: each says why a run proves nothing, or is silent.

They come in order. The first that does not hold makes the run INCONCLUSIVE, since whatever the
checkers found could then be our doing. A history of a run that ended early has nothing to show
at the later gates; `judge.judging` asks for the program's own failures before it gets there.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from judge.fault_proof import (
    bad_canary_hurt,
    cluster_healthy,
    cluster_recovered,
    fault_effective,
    good_canary_unhurt,
    leader_at_kill,
)
from judge.index import History
from judge.sanity import (
    Broken,
    harness_sane,
    machine_not_starved,
    not_vacuous,
    read_back_complete,
)


@dataclass(frozen=True, slots=True)
class Gate:
    """One condition for a verdict. `holds` returns None, or the reason and the sentence."""

    name: str
    reason: str
    remedy: str
    holds: Callable[[History], Broken | None]


GATES: tuple[Gate, ...] = (
    Gate(
        "harness sane",
        "judge-error",
        "Run it again. If it happens twice, read the broker logs that the run kept.",
        harness_sane,
    ),
    Gate(
        "cluster healthy before",
        "cluster-not-healthy",
        "Run it again on a cluster that has settled for two seconds after its thaw.",
        cluster_healthy,
    ),
    Gate(
        "fault effective",
        "fault-had-no-effect",
        "Run it again. If it happens twice, the scenario's conditions cannot be met: "
        "tell the lab's author.",
        fault_effective,
    ),
    Gate(
        "leader at kill",
        "leader-moved-before-kill",
        "Run it again: leadership moved between the look and the kill.",
        leader_at_kill,
    ),
    Gate(
        "bad canary hurt",
        "canary-not-hurt",
        "Run it again. If it happens twice, the window of the fault is too short.",
        bad_canary_hurt,
    ),
    Gate(
        "good canary not hurt",
        "canary-hurt",
        "Run it again, and tell the operator: a correct producer was hurt by our cluster.",
        good_canary_unhurt,
    ),
    Gate(
        "machine not starved",
        "machine-starved",
        "Run it again when the machine is less busy, or lower the number of slots.",
        machine_not_starved,
    ),
    Gate(
        "not vacuous",
        "too-few-orders",
        "Run it again; the workload was cut short by us.",
        not_vacuous,
    ),
    Gate(
        "cluster recovered",
        "cluster-not-recovered",
        "Run it again. If it happens twice, the scenario heals too late.",
        cluster_recovered,
    ),
    Gate(
        "read back complete",
        "read-back-incomplete",
        "Run it again: the final reader must reach the end of every log.",
        read_back_complete,
    ),
)
"""In the order they are asked. docs/verdicts.md lists the same."""


def first_broken(history: History, gates: tuple[Gate, ...] = GATES) -> Broken | None:
    """The first gate that does not hold, as reason and sentence; None when all hold."""
    for gate in gates:
        broken = gate.holds(history)
        if broken is not None:
            return broken
    return None
