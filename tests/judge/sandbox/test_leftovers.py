"""What is left on a machine is seen, and a sandbox leaves nothing, closed or killed."""

from __future__ import annotations

import subprocess
from pathlib import Path

from judge.bench.leftovers import bench_leftovers, look
from judge.home import Home
from judge.lab import load_lab
from judge.waiting import wait_until

LAB = Path(__file__).parents[3] / "labs" / "acked-then-gone"


def test_it_lists_a_process_in_a_namespace_of_its_own_and_a_file(tmp_path: Path) -> None:
    home = Home(tmp_path)
    before = look(home)
    (tmp_path / "forgotten").touch()
    with subprocess.Popen(["unshare", "--user", "sleep", "60"]) as left:

        def seen() -> bool:
            return any(
                row.startswith(f"{left.pid} ") for row in look(home).beyond(before)["processes"]
            )

        wait_until(seen, 20, "the process was not seen")
        found = look(home).beyond(before)
        left.kill()

    assert f"{tmp_path}/forgotten" in found["files"]
    assert any(name.startswith("user:") for name in found["namespaces"])
    assert not seen()


def test_sandboxes_leave_nothing_whether_closed_or_killed(runtime_home: Home) -> None:
    told: list[str] = []

    found = bench_leftovers(
        load_lab(LAB), home=runtime_home, on_progress=told.append, sandboxes=6, runs=0
    )

    assert (found["sandboxes"], found["killed"], found["runs"]) == (6, 2, 0)
    assert (found["processes"], found["namespaces"], found["mounts"]) == ([], [], [])
    # Whoever else uses this machine may put files into /tmp meanwhile.
    assert not [name for name in found["files"] if name.startswith(str(runtime_home.path))]
