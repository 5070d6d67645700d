"""What may be typed after ./faultline, and what it answers."""

import subprocess
from pathlib import Path

import pytest

from launcher.cli import main, parse, parser

ROOT = Path(__file__).resolve().parents[3]


def test_it_serves_on_the_loopback_address_unless_told_otherwise():
    arguments = parser().parse_args(["up"])

    assert (arguments.host, arguments.port, arguments.data) == ("127.0.0.1", 8000, None)


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "８０"])
def test_it_refuses_what_is_no_port(port, capsys):
    with pytest.raises(SystemExit) as left:
        parser().parse_args(["up", f"--port={port}"])

    assert left.value.code == 2
    assert "a number from 1 to 65535" in capsys.readouterr().err


def test_it_gives_the_tests_arguments_to_pytest_as_they_are():
    arguments = parse(["test", "--data", "/d", "-k", "lost", "-x", "tests/judge"])

    assert arguments.data == "/d"
    assert arguments.args == ["-k", "lost", "-x", "tests/judge"]


def test_it_shows_its_commands_when_none_is_given(capsys):
    assert main([]) == 0

    assert "set up what is missing, then serve" in capsys.readouterr().out


def test_it_helps_from_any_folder_without_a_virtual_environment(tmp_path):
    helped = subprocess.run(
        [ROOT / "faultline", "up", "--help"], cwd=tmp_path, capture_output=True, text=True
    )

    assert helped.returncode == 0
    assert "--port" in helped.stdout


def test_it_says_that_none_runs_when_asked_to_stop_one(tmp_path, capsys):
    assert main(["down", "--data", str(tmp_path)]) == 0

    assert "no Faultline runs" in capsys.readouterr().out
