"""The table of what the host may ask of a sandbox; a new operation is one entry here.

Each is `function(stage, **arguments of the request) -> dict of plain JSON types`. The modules
behind them are imported when first asked for, so a sandbox without brokers starts in no time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from judge.inside.stage import Stage

Operation = Callable[..., dict[str, Any]]


def _boot(stage: Stage, *, shape: dict[str, Any], install: dict[str, Any]) -> dict[str, Any]:
    from judge.inside.cluster import boot

    return boot(stage, shape, install) or {}


def _freeze(stage: Stage) -> dict[str, Any]:
    from judge.inside.cluster import freeze

    return freeze(stage) or {}


def _thaw(stage: Stage) -> dict[str, Any]:
    from judge.inside.cluster import thaw

    return thaw(stage) or {}


def _conduct(stage: Stage, *, job: dict[str, Any]) -> dict[str, Any]:
    from judge.inside.conduct import conduct

    return conduct(stage, job) or {}


def _program(stage: Stage, **arguments: Any) -> dict[str, Any]:
    from judge.inside.program import run_program

    return run_program(stage, **arguments)


def _probe(stage: Stage) -> dict[str, Any]:
    from judge.inside.probe import probe

    return probe(stage)


OPS: dict[str, Operation] = {
    "boot": _boot,
    "freeze": _freeze,
    "thaw": _thaw,
    "conduct": _conduct,
    "program": _program,
    "probe": _probe,
}
"""boot and thaw return when the cluster is healthy; see the modules behind them."""
