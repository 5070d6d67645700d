"""Attacks on memory: by one process, by many, by hidden ones, and past the watchdog's sight."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from judge.doctor.resources import available_memory_bytes
from sandboxes.programs import unguarded

Attack = Callable[..., dict[str, Any]]

FILL = """
def fill():
    held = []
    try:
        while True:
            held.append(bytearray(b"x") * (8 << 20))
    except MemoryError:
        while True:
            pass
"""

MANY = "import os\nfor _ in range({count}):\n    if os.fork() == 0:\n        fill()\nos.wait()\n"

WAYS = {
    "one process": FILL + "fill()",
    "eight processes": FILL + MANY.format(count=8),
    "thirty-two processes": FILL + MANY.format(count=32),
    "orphans in sessions of their own": FILL
    + """
import os
for _ in range(4):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            fill()
        os._exit(0)
import time
time.sleep(3600)
""",
    "shared mappings": """
import mmap
held = []
while True:
    held.append(mmap.mmap(-1, 8 << 20)); held[-1].write(b"x" * (8 << 20))
""",
    "a process that cannot be dumped": FILL
    + "import ctypes; ctypes.CDLL(None).prctl(4, 0)\nfill()",
}

ROOM_BYTES = 1 << 30
"""How far memory may dip on the host: the limit, what is filled in one look, and noise."""


@contextmanager
def lowest_memory() -> Iterator[list[int]]:
    """The least memory available on the host while the block runs."""
    lowest, stop = [available_memory_bytes()], threading.Event()

    def watch() -> None:
        while not stop.wait(0.02):
            lowest[0] = min(lowest[0], available_memory_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield lowest
    finally:
        stop.set()
        watcher.join()


@pytest.mark.parametrize("way", WAYS)
def test_it_stops_a_program_that_fills_memory(attack: Attack, way: str) -> None:
    before = available_memory_bytes()

    with lowest_memory() as lowest:
        ended = attack(WAYS[way], limits={"memory_bytes": 128 << 20, "wall_s": 60})

    assert ended["exit"]["reason"] == "memory"
    assert "128 MB of memory" in ended["explained"]
    assert before - lowest[0] < ROOM_BYTES


def test_it_counts_what_the_program_used(attack: Attack) -> None:
    ended = attack(
        """
        import time
        held = bytearray(b"x") * (64 << 20)
        input()
        """,
        stdin_lines=["x"] * 1,
        limits={"memory_bytes": 512 << 20},
    )

    assert ended["exit"]["code"] == 0
    assert ended["exit"]["peak_memory_bytes"] < 512 << 20


def test_it_offers_no_memory_that_no_process_has_mapped(attack: Attack) -> None:
    ended = attack(
        """
        import ctypes, os
        try:
            os.memfd_create("x"); print("memfd")
        except OSError:
            pass
        if ctypes.CDLL(None).shmget(0, 64 << 20, 0o1600) >= 0:
            print("System V shared memory")
        """
    )

    assert ended["stdout"] == ""


def test_it_bounds_shared_memory_files(attack: Attack) -> None:
    ended = attack(
        """
        total = 0
        try:
            with open("/dev/shm/x", "wb", buffering=0) as out:
                while total < 200 << 20:
                    total += out.write(b"0" * 65536)
        except OSError:
            print(total)
        """
    )

    assert int(ended["stdout"]) <= 4 << 20


def test_control_bwraps_own_shared_memory_folder_has_no_bound() -> None:
    said = unguarded(
        """
        total = 0
        with open("/dev/shm/x", "wb", buffering=0) as out:
            while total < 32 << 20:
                total += out.write(b"0" * 65536)
        print(total)
        """
    )

    assert int(said) == 32 << 20
