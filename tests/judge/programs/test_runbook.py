"""A runbook: Kafka's own tools in a shell, with their status, streams, signals, and reports."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from judge.kafka.commands import COMMANDS
from judge.kafka.release import KAFKA_VERSION

Run = Callable[..., dict[str, Any]]


def test_it_runs_the_script_with_the_tools_and_a_few_commands(runbook: Run) -> None:
    ended = runbook(
        """
        printf '3\\n1\\n2\\n' | sort | tail -1
        awk 'BEGIN { print 6 * 7 }'
        cat  # there is no input to wait for
        python3 -c 'print(1)'
        echo "status $?"
        exit 5
        """
    )

    assert ended["stdout"].split("\n") == ["3", "42", "status 127"]
    assert "python3: not found" in ended["stderr"]
    assert ended["exit"]["code"] == 5
    assert "exit status 5" in ended["explained"]
    assert ended["commands"] == []


def test_it_has_every_tool_by_the_name_of_its_script(runbook: Run) -> None:
    ended = runbook(f"for tool in {' '.join(COMMANDS)}; do command -v $tool; done")

    assert ended["stdout"].split() == [f"/kafka/bin/{name}" for name in COMMANDS]


def test_it_starts_a_tool_from_the_class_archive(runbook: Run) -> None:
    # In this mode the JVM ends at once when the archive does not fit.
    ended = runbook("JDK_JAVA_OPTIONS=-XX:AOTMode=on kafka-topics.sh --version")

    assert ended["stdout"].strip() == KAFKA_VERSION
    assert ended["exit"]["code"] == 0


def test_it_gives_a_tools_status_and_streams_and_reports_the_command(runbook: Run) -> None:
    ended = runbook(
        """
        kafka-topics.sh --version 2>/dev/null
        kafka-topics.sh --describe 'two words'
        echo "status $?"
        kafka-tpoics.sh --list
        """
    )

    assert ended["stdout"].startswith(KAFKA_VERSION)
    assert "status 1" in ended["stdout"]
    assert "bootstrap" in ended["stderr"]
    assert "kafka-tpoics.sh: not found" in ended["stderr"]
    assert ended["exit"]["code"] == 127
    assert [(each["line"], each["code"]) for each in ended["commands"]] == [
        ("kafka-topics.sh --version", 0),
        ("kafka-topics.sh --describe 'two words'", 1),
    ]
    assert all(each["seconds"] > 0 for each in ended["commands"])


def test_it_passes_signals_on_and_leaves_no_tool_behind_a_killed_one(runbook: Run) -> None:
    ended = runbook(
        """
        consume() { kafka-console-consumer.sh --bootstrap-server 127.0.0.1:1 --topic t; }
        tools() { grep -l '^java$' /proc/[0-9]*/comm 2>/dev/null | wc -l; }
        timeout 2 kafka-console-consumer.sh --bootstrap-server 127.0.0.1:1 --topic t 2>/dev/null
        echo "timeout $?"
        for how in TERM KILL; do
            kafka-console-consumer.sh --bootstrap-server 127.0.0.1:1 --topic t 2>/dev/null &
            tool=$!
            while [ $(tools) = 0 ]; do sleep 0.1; done
            kill -$how $tool
            wait $tool
            echo "$how $?"
            while [ $(tools) != 0 ]; do sleep 0.1; done
        done
        """,
        limits={"wall_s": 120},
    )

    assert ended["stdout"].split("\n")[:3] == ["timeout 124", "TERM 143", "KILL 137"]
    assert ended["exit"]["code"] == 0


def test_it_takes_a_script_that_was_written_on_windows(runbook: Run) -> None:
    assert runbook("echo one\r\necho two\r\n")["stdout"] == "one\ntwo"


def test_it_stops_an_endless_script(runbook: Run) -> None:
    ended = runbook("while true; do sleep 1; done", limits={"wall_s": 1.5})

    assert ended["exit"]["reason"] == "wall-clock"


def test_it_stops_a_flood_of_output_and_one_of_reports(runbook: Run) -> None:
    said = runbook("while true; do echo aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done")
    told = runbook("while true; do echo aaaaaaaaaaa > /proc/self/fd/$FAULTLINE_TELL; done")

    assert [said["exit"]["reason"], told["exit"]["reason"]] == ["output", "output"]


def test_it_takes_a_forged_report_for_what_it_is(runbook: Run) -> None:
    # Reports are for display. A script may write what it likes; only the form is checked.
    ended = runbook(
        """
        tell=/proc/self/fd/$FAULTLINE_TELL
        echo 'no report' > $tell
        echo '{"line": "rm -rf /", "code": 0, "seconds": 1}' > $tell
        echo '{"line": 7, "code": 0, "seconds": 1}' > $tell
        echo '{"verdict": "PASS"}' > $tell
        """
    )

    assert ended["commands"] == [{"line": "rm -rf /", "code": 0, "seconds": 1.0}]
