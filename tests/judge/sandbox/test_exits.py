"""What a learner is told about the end of a program: the cause, the limit, and no jargon."""

from __future__ import annotations

import pytest

from judge.inside.exits import REASONS, ProgramExit, explain
from judge.inside.limits import Limits, limits_from_dict

LIMITS = Limits(wall_s=12, memory_bytes=100 << 20, output_bytes=64 << 10, cpu_s=7)


@pytest.mark.parametrize(
    ("end", "words"),
    [
        (ProgramExit("wall-clock"), "still running after 12 s"),
        (ProgramExit("memory"), "more than the 100 MB of memory"),
        (ProgramExit("output"), "printed more than 64 KB"),
        (ProgramExit("killed-by-us"), "because the run was over"),
        (ProgramExit("start-failed"), "our fault, not yours"),
        (ProgramExit("compile-error", stderr_tail="A.java:3: no\nA.java:4: no"), "A.java:3: no"),
        (ProgramExit("exited", code=0), "ended by itself"),
        (ProgramExit("exited", code=3), "exit status 3"),
        (ProgramExit("exited", signal=24), "more than 7 s of processor time"),
        (ProgramExit("exited", signal=25), "a file of more than 32 MB"),
        (ProgramExit("exited", signal=11), "ended by SIGSEGV"),
        (ProgramExit("exited", signal=63), "ended by signal 63"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_it_says_why_the_program_ended(end: ProgramExit, words: str) -> None:
    assert words in explain(end, LIMITS)


@pytest.mark.parametrize("reason", REASONS)
def test_it_has_one_sentence_for_every_reason(reason: str) -> None:
    said = explain(ProgramExit(reason, code=1), LIMITS)

    assert said.startswith("Your program")


def test_it_takes_limits_over_a_wire_as_they_were() -> None:
    assert limits_from_dict(LIMITS.to_dict()) == LIMITS
    assert limits_from_dict({}) == Limits()
    with pytest.raises(TypeError):
        limits_from_dict({"memory_mb": 1})
