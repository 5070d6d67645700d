"""A program in the jail as the supervisor holds it: start, feed, kill, wait."""

from __future__ import annotations

import json

from judge.home import Home
from sandboxes.inside import run_as_supervisor

PRELUDE = """
import json, os, time
from pathlib import Path
from judge.inside.jail import Program
from judge.inside.limits import Limits
from judge.inside.network import build_network
from judge.inside.programs.python import Python

net = build_network([1])
lines = []

def program(code, on_line=lambda *line: lines.append(line), **limits):
    return Program({"main.py": code.encode()}, ["main.py"], Limits(**limits), on_line,
                   network=net, kind=Python(Path("/usr")))

def others():
    return sorted(int(p) for p in os.listdir("/proc") if p.isdigit() and int(p) > 2)
"""


def answer(home: Home, code: str) -> object:
    """What `code` prints as JSON, run where the supervisor would."""
    return json.loads(run_as_supervisor(home, PRELUDE + code).splitlines()[-1])


def test_it_leaves_nothing_of_a_program_killed_at_any_moment_of_its_start(home: Home) -> None:
    # bwrap killed half-way through its own start leaves its child behind, watched by nobody.
    said = answer(
        home,
        """
reasons = set()
for step in range(25):
    run = program("import time; time.sleep(3600)").start()
    time.sleep(step * 0.002)
    run.kill()
    reasons.add(run.wait().reason)
print(json.dumps([sorted(reasons), others(), os.listdir("/run/jails")]))
""",
    )

    assert said == [["killed-by-us"], [], []]


def test_it_talks_line_by_line_with_a_program(home: Home) -> None:
    said = answer(
        home,
        """
import threading
heard = threading.Semaphore(0)
def on_line(stream, text, t):
    lines.append([stream, text, t >= began])
    heard.release()
began = time.monotonic()
run = program("import sys\\nfor line in sys.stdin: print(line.strip().upper())", on_line).start()
sent = []
for word in ("one", "two"):
    sent.append(run.send(word))
    heard.acquire()
running = run.exit is None
run.close_stdin()
end = run.wait()
print(json.dumps([sent, lines, running, end.code, run.send("late"), run.exit.reason]))
""",
    )

    assert said == [
        [True, True],
        [["stdout", "ONE", True], ["stdout", "TWO", True]],
        True,
        0,
        False,
        "exited",
    ]


def test_it_waits_no_longer_than_it_was_told(home: Home) -> None:
    said = answer(
        home,
        """
run = program("import time; time.sleep(3600)").start()
early = run.wait(0.1)
run.kill("wall-clock")
print(json.dumps([early, run.wait().reason]))
""",
    )

    assert said == [None, "wall-clock"]


def test_it_gives_up_a_line_that_the_program_does_not_read_when_input_ends(home: Home) -> None:
    said = answer(
        home,
        """
import threading
run = program("import time; time.sleep(3600)").start()
sent = []
def feed():
    while run.send("x" * 1000):
        sent.append(True)
feeder = threading.Thread(target=feed)
feeder.start()
while len(sent) < 60:  # a pipe holds 64 of them
    time.sleep(0.01)
run.close_stdin()
feeder.join()
still = run.exit is None
run.kill()
print(json.dumps([still, run.wait().reason]))
""",
    )

    assert said == [True, "killed-by-us"]


def test_it_keeps_the_end_of_a_program_that_ended_by_itself(home: Home) -> None:
    said = answer(
        home,
        """
run = program("raise SystemExit(7)").start()
run._popen.wait()
run.kill()
end = run.wait()
print(json.dumps([end.reason, end.code]))
""",
    )

    assert said == ["exited", 7]


def test_it_hands_a_listeners_error_to_the_one_who_waits(home: Home) -> None:
    said = answer(
        home,
        """
def on_line(*_):
    raise KeyError("ours")
run = program("for n in range(10000): print(n)", on_line).start()
try:
    run.wait()
except KeyError as error:
    print(json.dumps([str(error), run.exit.code]))
""",
    )

    assert said == ["'ours'", 0]


def test_it_says_when_there_is_no_python_to_run_it_with(home: Home) -> None:
    said = answer(
        home,
        """
from judge.errors import JudgeError
run = program("pass")
run._kind = Python(Path("/nowhere"))
try:
    run.start()
except JudgeError as error:
    print(json.dumps(error.code))
""",
    )

    assert said == "learner-runtime-missing"
