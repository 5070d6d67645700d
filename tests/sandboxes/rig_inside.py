"""Inside a rig: the supervisor as it is, with one more operation that runs a test's function."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from judge.inside.__main__ import main
from judge.inside.ops import OPS
from judge.inside.stage import Stage
from judge.waiting import wait_until

PATIENCE_S = 60.0


def act(
    stage: Stage, *, source: str, file: str, name: str, job: dict[str, Any], given: dict[str, Any]
) -> dict[str, Any]:
    """Run the function `name` of a test module on a run made for it; answers {"found"}.

    Whatever it did is undone after it: its faults are healed, its programs ended, and the
    brokers that it killed run again.
    """
    module: dict[str, Any] = {"__name__": name, "__file__": file}
    exec(compile(source, file, "exec"), module)
    with _run(stage, job) as run:
        return {"found": module[name](run, **given)}


@contextlib.contextmanager
def _run(stage: Stage, job: Mapping[str, Any]) -> Iterator[Any]:
    from judge.inside.conduct import _prepare
    from judge.inside.injecting import heal_all
    from judge.inside.making_topics import make_topics
    from judge.inside.observers.leadership import Leadership

    run = _prepare(stage, job)
    assert make_topics(run, job)
    leadership = Leadership(run.bootstrap(), list(run.topics), run.saw_leader, run.unheard)
    leadership.start()
    try:
        led = lambda: all(run.leader_of(*part) is not None for part in run.parts)  # noqa: E731
        wait_until(led, PATIENCE_S, "nobody leads the topic")
        yield run
    finally:
        run.learner.end()
        with contextlib.suppress(Exception):
            heal_all(run)
        _mend(run)
        leadership.stop()


def _mend(run: Any) -> None:
    """Let every paused node run, start the dead ones, and wait until the cluster has settled.

    A fault that could not be proved is not healed: the sandbox of a real run is thrown away.
    """
    from judge.inside.bringing_back import bring_back
    from judge.inside.cluster import settle

    brokers = run.stage.brokers
    for node in brokers.live_node_ids:
        brokers.resume(node)
    bring_back(run, brokers.node_ids)
    settle(run.stage)


OPS["act"] = act

if __name__ == "__main__":
    main()
