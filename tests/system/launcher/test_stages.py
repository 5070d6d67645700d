"""What the person at the keyboard reads while the set-up runs."""

import io

import pytest

from launcher.stages import megabytes, stage


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_it_writes_one_line_for_a_stage_where_nobody_watches():
    out = io.StringIO()

    with stage("database", out) as step:
        step.say("half way")
        step.result = "migrated"

    assert out.getvalue().split() == ["database", "migrated"]


def test_it_rewrites_the_line_in_place_on_a_terminal():
    out = Terminal()

    with stage("database", out):
        pass

    assert out.getvalue().count("\n") == 1
    assert out.getvalue().split("\r")[-1].endswith("done\n")


def test_it_shows_where_it_stopped():
    out = io.StringIO()

    with pytest.raises(ValueError, match="no"), stage("database", out):
        raise ValueError("no")

    assert "stopped here" in out.getvalue()


def test_it_shows_sizes_as_download_tools_do():
    assert megabytes(1_234_567) == "1.2 MB"
    assert megabytes(161_000_000) == "161 MB"
