"""Spinners keep cores busy for as long as they are wanted, and outlive nobody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from judge.inside.process_figures import cpu_s
from judge.spinners import spinners
from judge.waiting import wait_until

PATIENCE_S = 60


def test_they_use_the_cpu_and_end_with_the_block() -> None:
    with spinners(2) as pids:
        assert len(pids) == 2
        wait_until(lambda: all(cpu_s(pid) > 0.1 for pid in pids), PATIENCE_S, "they do not spin")

    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_they_end_when_their_parent_is_killed() -> None:
    code = (
        "import os\nfrom judge.spinners import spinners\n"
        "with spinners(1) as pids:\n    print(pids[0], flush=True)\n    os.kill(os.getpid(), 9)\n"
    )
    platform = Path(__file__).parents[2] / "platform"
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env={"PYTHONPATH": str(platform)}
    )

    pid = int(done.stdout)

    wait_until(lambda: not _runs(pid), PATIENCE_S, "the spinner is an orphan")


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state not in "ZX"
