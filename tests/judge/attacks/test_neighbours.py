"""Attacks in one sandbox while programs run in others: nobody else notices."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from judge.home import Home
from judge.sandbox.link import start_sandbox
from sandboxes.host import HostBait
from sandboxes.programs import run_program

BOMB = """
import os
try:
    while True:
        os.fork()
except OSError:
    while True:
        pass
"""

WORK = """
import os, threading
threads = [threading.Thread(target=lambda: None) for _ in range(20)]
for thread in threads:
    thread.start()
with open("/tmp/mine", "w") as out:
    out.write("x" * 1_000_000)
print(len(os.listdir("/tmp")), os.path.getsize("/tmp/mine"))
"""

FLOOD = "while True: print('A' * 10_000)"

FILL = "held = []\nwhile True: held.append(bytearray(b'x') * (8 << 20))"


def test_it_keeps_honest_programs_going_beside_hostile_ones(
    runtime_home: Home, bait: HostBait
) -> None:
    jobs = [(BOMB, {"wall_s": 3}), (FLOOD, {}), (FILL, {"memory_bytes": 64 << 20})]
    jobs += [(WORK, {})] * 3

    def run(job: tuple[str, dict[str, Any]]) -> dict[str, Any]:
        code, limits = job
        with start_sandbox(runtime_home) as sandbox:
            return run_program(sandbox, code, limits=limits)

    with ThreadPoolExecutor(len(jobs)) as pool:
        ended = list(pool.map(run, jobs))

    assert [end["exit"]["reason"] for end in ended[:3]] == ["wall-clock", "output", "memory"]
    assert [end["stdout"] for end in ended[3:]] == ["1 1000000"] * 3
    bait.assert_untouched()
