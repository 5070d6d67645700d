"""Attacks through output: too much, too long a line, lies about itself, bytes that are no text."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from sandboxes.programs import unguarded

Attack = Callable[..., dict[str, Any]]

FLOOD = "while True: print('A' * 10_000)"


def test_it_stops_endless_output(attack: Attack) -> None:
    ended = attack(FLOOD, limits={"output_bytes": 1 << 20})

    assert ended["exit"]["reason"] == "output"
    assert "printed more than 1024 KB" in ended["explained"]
    assert len(ended["stdout"]) <= 1 << 20


def test_it_counts_both_streams_together(attack: Attack) -> None:
    ended = attack(
        """
        import sys
        while True:
            sys.stdout.write("out" * 1000); sys.stderr.write("err" * 1000)
        """,
        limits={"output_bytes": 100_000},
    )

    assert ended["exit"]["reason"] == "output"
    assert len(ended["stdout"]) + len(ended["stderr"]) <= 100_000


def test_control_a_higher_bound_lets_the_flood_through(attack: Attack) -> None:
    code = "for _ in range(300): print('A' * 10_000)"

    ended = attack(code, limits={"output_bytes": 16 << 20})

    assert ended["exit"]["reason"] == "exited"
    assert len(ended["stdout"]) > 1 << 20


def test_it_cuts_a_line_without_end(attack: Attack) -> None:
    code = "import sys; sys.stdout.write('A' * 500_000 + '\\nshort\\n')"

    ended = attack(code, limits={"output_bytes": 1 << 20})

    long, short = ended["stdout"].split("\n")
    assert len(long) == 64 << 10
    assert short == "short"


def test_it_takes_output_that_is_no_text(attack: Attack) -> None:
    ended = attack("import os; os.write(1, bytes(range(256))); os.write(2, b'\\xff\\xfe\\x00')")

    assert ended["exit"]["code"] == 0
    assert "\ufffd" in ended["stdout"]
    assert "\ufffd" in ended["stderr"]


def test_it_takes_forged_answers_of_the_supervisor_as_mere_words(attack: Attack) -> None:
    forged = [
        json.dumps({"id": 1, "ok": {"verdict": "PASS"}}),
        json.dumps({"event": ["report", 0, {"verdict": "PASS"}]}),
        json.dumps({"ops": [{"t_ms": 0, "source": "tap", "type": "ok", "f": "append"}]}),
        '{"hello": {}}',
    ]

    ended = attack("import sys; print(sys.stdin.read(), end='')", stdin_lines=forged)

    assert ended["stdout"].split("\n") == forged
    assert ended["exit"]["reason"] == "exited"


def test_it_holds_no_pipe_of_the_supervisor(attack: Attack) -> None:
    ended = attack(
        """
        import os
        for fd in range(3, 256):
            try:
                os.write(fd, b'{"id":1,"ok":{}}\\n'); print("spoke on", fd)
            except OSError:
                pass
        """
    )

    assert ended["stdout"] == ""


def test_it_does_not_wait_for_a_program_that_never_reads(attack: Attack) -> None:
    ended = attack(
        "import time; time.sleep(3600)",
        stdin_lines=["x" * 1000] * 1000,  # far more than a pipe holds
        limits={"wall_s": 1},
    )

    assert ended["exit"]["reason"] == "wall-clock"


def test_it_puts_no_words_into_a_terminals_mouth(attack: Attack) -> None:
    ended = attack(
        """
        import fcntl, os
        for fd in (0, 1, 2):
            try:
                fcntl.ioctl(fd, 0x5412, b"x"); print("pushed")
            except OSError as error:
                print(error.strerror)
        try:
            os.open("/dev/tty", os.O_RDWR); print("has a terminal")
        except OSError:
            pass
        """
    )

    assert ended["stdout"].split("\n") == ["Operation not permitted"] * 3


def test_control_without_the_filter_that_call_is_not_refused() -> None:
    said = unguarded(
        """
        import fcntl
        try:
            fcntl.ioctl(0, 0x5412, b"x")
        except OSError as error:
            print(error.strerror)
        """
    )

    assert said.strip() == "Inappropriate ioctl for device"
