"""Nothing of a sandbox is left: not after close, nor after its caller was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.sandbox.link import Sandbox, start_sandbox
from judge.sandbox.reach import _LANDINGS
from judge.waiting import wait_until
from sandboxes.inside import supervisor_of, supervisor_pid
from sandboxes.programs import run_program

CALLER = """
import sys, threading
from judge.home import find_home
from judge.sandbox.reach import _LANDINGS
from judge.sandbox.link import start_sandbox
from sandboxes.programs import run_program
sandbox = start_sandbox(find_home(sys.argv[1]))
print(sandbox.first_pid, flush=True)
busy = "import os, time; os.fork(); os.fork(); time.sleep(3600)"
run_program(sandbox, busy)
"""


KILLER = """
import os, sys, time
from pathlib import Path
from judge.home import Home
from judge.sandbox.reach import _LANDINGS
from judge.sandbox.link import start_sandbox
home = Home(Path(sys.argv[1]))
for step in range(20):
    child = os.fork()
    if child == 0:
        start_sandbox(home)
        time.sleep(3600)
    time.sleep(0.01 * step)  # each is killed at another moment of its start
    os.kill(child, 9)
    os.waitpid(child, 0)
"""


def pid_namespace(pid: int) -> int:
    return Path(f"/proc/{pid}/ns/pid").stat().st_ino


def processes_in(namespaces: set[int]) -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if pid_namespace(int(entry.name)) in namespaces:
                    found.append((entry / "stat").read_text())
            except OSError:
                continue
    return found


def running_in(namespaces: set[int]) -> list[str]:
    """Those that are not zombies, which wait for the machine's first process to bury them."""
    return [stat for stat in processes_in(namespaces) if stat.rsplit(") ", 1)[1][0] != "Z"]


def namespaces_of(sandbox_first_pid: int) -> set[int]:
    return {pid_namespace(sandbox_first_pid)}


def test_it_has_no_process_left_when_close_returns(runtime_home: Home) -> None:
    sandbox = start_sandbox(runtime_home)
    run_program(sandbox, "print('used')")
    assert sandbox.first_pid is not None
    namespaces = namespaces_of(sandbox.first_pid)
    assert processes_in(namespaces) != []

    sandbox.close()

    assert processes_in(namespaces) == []


def test_it_leaves_no_descriptor_thread_child_mount_or_file(
    runtime_home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with start_sandbox(runtime_home) as first:  # the owner's thread and imports are made once
        run_program(first, "pass")
    before = _traces()

    for _ in range(5):
        with start_sandbox(runtime_home) as sandbox:
            run_program(sandbox, "open('/tmp/left', 'w').write('x' * 1000)")

    with suppress(JudgeError):  # a thread that was joined may still be about to leave
        wait_until(lambda: _traces() == before, 10, "something was left")
    assert _traces() == before


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_it_ends_with_a_caller_that_is_killed(runtime_home: Home, end: signal.Signals) -> None:
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(runtime_home.path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert caller.stdout is not None
    namespaces = namespaces_of(int(caller.stdout.readline()))
    wait_until(lambda: len(processes_in(namespaces)) >= 3, 30, "the program did not start")

    caller.send_signal(end)
    caller.wait()

    wait_until(lambda: running_in(namespaces) == [], 10, "processes outlived their caller")
    caller.stdout.close()


def test_it_ends_with_a_caller_that_is_killed_at_any_moment_of_the_start() -> None:
    mark = f"/var/tmp/faultline-no-home-{os.getpid()}"  # stands in the command line of each

    subprocess.run(
        [sys.executable, "-c", KILLER, mark],
        check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    wait_until(lambda: _commands_with(mark) == [], 10, "half-made sandboxes were left behind")


def test_it_ends_when_its_input_closes(runtime_home: Home) -> None:
    sandbox = start_sandbox(runtime_home)
    assert sandbox.first_pid is not None
    namespaces = namespaces_of(sandbox.first_pid)

    os.close(_input_of(sandbox))

    wait_until(lambda: running_in(namespaces) == [], 10, "the supervisor did not end")
    sandbox.close()


def test_it_ends_with_its_caller_though_its_supervisor_hangs(runtime_home: Home) -> None:
    caller = subprocess.Popen(
        [sys.executable, "-c", CALLER, str(runtime_home.path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert caller.stdout is not None
    first = int(caller.stdout.readline())
    namespaces = namespaces_of(first)
    os.kill(supervisor_of(first), signal.SIGSTOP)

    caller.kill()
    caller.wait()

    wait_until(lambda: running_in(namespaces) == [], 10, "a hung supervisor kept it alive")
    caller.stdout.close()


def test_it_ends_whole_when_its_supervisor_is_killed(runtime_home: Home) -> None:
    sandbox = start_sandbox(runtime_home)
    assert sandbox.first_pid is not None
    namespaces = namespaces_of(sandbox.first_pid)

    os.kill(supervisor_pid(sandbox), signal.SIGKILL)

    wait_until(lambda: running_in(namespaces) == [], 10, "the rest lived on")
    sandbox.close()


def test_it_starts_and_closes_many_at_once(runtime_home: Home) -> None:
    sandboxes = [start_sandbox(runtime_home) for _ in range(8)]
    firsts = [sandbox.first_pid for sandbox in sandboxes]
    namespaces = {pid_namespace(first) for first in firsts if first}
    said = [run_program(sandbox, f"print({n})")["stdout"] for n, sandbox in enumerate(sandboxes)]

    for sandbox in sandboxes:
        sandbox.close()

    assert said == [str(number) for number in range(8)]
    assert len(namespaces) == 8
    assert processes_in(namespaces) == []


def _commands_with(mark: str) -> list[bytes]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if mark.encode() in command:
                found.append(command)
    return found


def _input_of(sandbox: Sandbox) -> int:
    pipe = sandbox._process.popen.stdin
    assert pipe is not None
    number = os.dup(pipe.fileno())
    pipe.close()
    return number


def _traces() -> dict[str, object]:
    """What a careless sandbox would add to: descriptors, children, mounts, files."""
    me = Path("/proc/self")
    task = Path(f"/proc/{os.getpid()}/task")
    return {
        "descriptors": len(list((me / "fd").iterdir())),
        "threads": len(list(task.iterdir())),
        "children": sorted(p.read_text() for p in task.glob("*/children")),
        # Not all of them: others may mount things meanwhile. These are the places that we use.
        "mounts": [
            line
            for line in (me / "mountinfo").read_text().splitlines()
            if line.split()[4].startswith(_LANDINGS) or "newroot" in line
        ],
        "files": sorted(Path(tempfile.gettempdir()).iterdir()),
        "landings": [sorted(Path(p).iterdir()) for p in ("/mnt", "/media", "/srv")],
    }
