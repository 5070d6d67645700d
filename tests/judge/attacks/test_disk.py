"""Attacks on disk: filling it with bytes, with files, with one long file."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

from sandboxes.programs import unguarded

Attack = Callable[..., dict[str, Any]]

MAKE_FILES = """
count = 0
try:
    while count < 20_000:
        open(f"/tmp/{count}", "w").close(); count += 1
except OSError as error:
    print(error.strerror)
print(count)
"""


def test_it_bounds_what_can_be_written(attack: Attack) -> None:
    before = shutil.disk_usage("/").used

    ended = attack(
        """
        import errno, os
        total = 0
        for place in ("/tmp", "/", "/work", "/dev", "/usr", "/run", "/var", "/var/tmp", "/etc"):
            try:
                for number in range(100):
                    with open(f"{place}/{number}", "wb", buffering=0) as out:
                        for _ in range(64):
                            total += out.write(b"0" * 65536)
                print("not bounded:", place)
            except OSError as error:
                assert error.errno in (errno.ENOSPC, errno.EROFS, errno.ENOENT, errno.EACCES), error
        print(total)
        """
    )

    assert int(ended["stdout"]) <= 32 << 20
    assert abs(shutil.disk_usage("/").used - before) < 1 << 30


def test_it_bounds_the_number_of_files(attack: Attack) -> None:
    ended = attack(MAKE_FILES)

    why, count = ended["stdout"].split("\n")
    assert why == "No space left on device"
    assert int(count) < 2048


def test_control_bwraps_own_tmpfs_takes_any_number_of_files() -> None:
    said = unguarded(MAKE_FILES, "--size", str(32 << 20), "--tmpfs", "/tmp")

    assert said.strip() == "20000"


def test_it_bounds_the_length_of_a_file(attack: Attack) -> None:
    ended = attack(
        """
        with open("/tmp/long", "wb", buffering=0) as out:
            while True:
                out.write(b"0" * 65536)
        """,
        limits={"file_bytes": 1 << 20},
    )

    # Python turns SIGXFSZ into an error; a program in another language would be ended by it.
    assert "File too large" in ended["stderr"]


def test_it_bounds_open_files(attack: Attack) -> None:
    ended = attack(
        """
        import socket
        held = []
        try:
            while True:
                held.append(socket.socketpair())
        except OSError as error:
            print(2 * len(held), error.strerror)
        """
    )

    count, why = ended["stdout"].split(" ", 1)
    assert int(count) < 256
    assert why == "Too many open files"


def test_it_gives_the_whole_of_tmp_to_every_run(attack: Attack) -> None:
    fill = """
    total = 0
    try:
        with open("/tmp/full", "wb", buffering=0) as out:
            while True:
                total += out.write(b"0" * 65536)
    except OSError:
        print(total)
    """

    first, second = attack(fill)["stdout"], attack(fill)["stdout"]

    assert first == second
