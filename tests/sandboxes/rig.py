"""A cluster in a sandbox on which a test's own functions run, where faults are injected."""

from __future__ import annotations

import base64
import inspect
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from judge.events import Event
from judge.history import Op, op_from_dict
from judge.home import Home
from judge.kafka.installed import KafkaInstall
from judge.kafka.shape import Shape
from judge.sandbox import spawn
from judge.sandbox.link import Sandbox, start_sandbox
from judge.scenario import Cluster, Scenario, TopicSpec, Workload

PATIENCE_S = 180
"""Longer than anything here takes on a busy machine; a bound, not an expectation."""

INSIDE = Path(__file__).with_name("rig_inside.py")
LIMITS = {
    "wall_s": 120.0,
    "memory_bytes": 256 << 20,
    "output_bytes": 256 << 10,
    "processes": 32,
    "tmp_bytes": 8 << 20,
}


class Rig:
    """Runs functions of test modules inside the sandbox; each gets a run of its own.

    ops, events: what the latest `do` noted and showed.
    """

    def __init__(self, sandbox: Sandbox, shape: Shape) -> None:
        self.sandbox, self._shape = sandbox, shape
        self._numbers = itertools.count(1)
        self.ops: list[Op] = []
        self.events: list[Event] = []

    def do(
        self,
        function: Callable[..., Any],
        *,
        program: str = "",
        partitions: int = 1,
        topic_settings: Mapping[str, str] | None = None,
        limits: Mapping[str, Any] | None = None,
        **given: Any,
    ) -> Any:
        """Run `function(run, **given)` in the sandbox and return the plain JSON that it gives.

        `run` is a RunState with a fresh topic, whose leadership is watched; `program` is the text
        that `run.learner.start()` starts. The function must be at the top of its module, and the
        module must import nothing of tests/, but for `if TYPE_CHECKING`. A JudgeError comes out
        as it is.

        Afterwards lasting faults that `run.faults` knows of are healed, programs are ended and
        dead brokers run again, so the next test finds a whole cluster.
        """
        file = Path(inspect.getfile(function))
        self.ops, self.events = [], []
        answer = self.sandbox.request(
            "act",
            timeout_s=PATIENCE_S,
            on_event=self.events.append,
            on_ops=lambda rows: self.ops.extend(map(op_from_dict, rows)),
            source=file.read_text(encoding="utf-8"),
            file=str(file),
            name=function.__name__,
            job={
                **self._job(program, partitions),
                "topic_settings": dict(topic_settings or {}),
                "limits": {**LIMITS, **(limits or {})},
            },
            given=given,
        )
        return answer["found"]

    def _job(self, program: str, partitions: int) -> dict[str, Any]:
        number = next(self._numbers)
        scenario = Scenario(
            judged=TopicSpec(f"t{number}", partitions),
            workload=Workload(kind="none"),
            cluster=Cluster(self._shape.brokers, self._shape.controllers),
            group=f"g{number}",
            canaries=(),
        )
        return {
            "scenario": scenario.to_dict(),
            "files": {"main.py": base64.b64encode(program.encode()).decode()},
            "entry": "main.py",
            "client": "python",
            "load": {},
            "seed": number,
            "key": "00" * 32,
            "begin": {},
        }


@contextmanager
def start_rig(home: Home, kafka: KafkaInstall, shape: Shape) -> Iterator[Rig]:
    """A rig with a healthy cluster of that shape."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spawn, "sandbox_command", _with_more_to_ask(spawn.sandbox_command))
        sandbox = start_sandbox(home)
    with sandbox:
        sandbox.request(
            "boot", timeout_s=PATIENCE_S, shape=shape.to_dict(), install=kafka.to_dict()
        )
        yield Rig(sandbox, shape)


def _with_more_to_ask(command: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def changed(*arguments: Any) -> list[str]:
        words = command(*arguments)
        assert words[-2:] == ["-m", "judge.inside"]
        return [*words[:-2], "-c", INSIDE.read_text(encoding="utf-8")]

    return changed
