"""Attacks by and on processes: bombs, daemons, signals, a look at others' secrets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from judge.sandbox.link import Sandbox
from sandboxes.host import ENVIRONMENT_KEY, HostBait
from sandboxes.inside import look_inside
from sandboxes.programs import unguarded

Attack = Callable[..., dict[str, Any]]

COUNT_PROCESSES = "import os; print(sum(name.isdigit() for name in os.listdir('/proc')))"

READ_EVERY_ENVIRONMENT = """
import os
for pid in (name for name in os.listdir("/proc") if name.isdigit()):
    for what in ("environ", "cmdline"):
        try:
            print(pid, open(f"/proc/{pid}/{what}").read().replace("\\0", " "))
        except OSError:
            pass
"""


def test_it_stops_a_fork_bomb(attack: Attack) -> None:
    ended = attack(
        """
        import os, time
        try:
            while True:
                if os.fork() == 0:
                    while True:
                        try:
                            os.fork()
                        except OSError:
                            time.sleep(0.01)
        except OSError as error:
            print(error.strerror)
        print(sum(name.isdigit() for name in os.listdir("/proc")), flush=True)
        """,
        limits={"wall_s": 30},
    )

    refused, count = ended["stdout"].split("\n")
    assert refused == "Resource temporarily unavailable"
    assert int(count) <= 64


def test_it_bounds_threads(attack: Attack) -> None:
    ended = attack(
        """
        import os, threading
        stop, count = threading.Event(), 0
        try:
            while count < 5000:
                threading.Thread(target=stop.wait, daemon=True).start(); count += 1
        except RuntimeError:
            print(count, flush=True)
        os._exit(0)
        """
    )

    assert 10 < int(ended["stdout"]) < 64


def test_it_leaves_no_daemon_behind(attack: Attack, sandbox: Sandbox) -> None:
    before = int(look_inside(sandbox, "bridge", COUNT_PROCESSES))

    ended = attack(
        """
        import os, time
        if os.fork() == 0:
            os.setsid()
            if os.fork() == 0:
                os.closerange(0, 3)
                time.sleep(3600)
            os._exit(0)
        print("left a daemon behind")
        """
    )

    assert ended["exit"]["code"] == 0
    assert int(look_inside(sandbox, "bridge", COUNT_PROCESSES)) == before


def test_it_ends_an_endless_loop_that_ignores_every_signal(attack: Attack) -> None:
    ended = attack(
        """
        import os, signal
        for number in range(1, 65):
            try:
                signal.signal(number, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        if os.fork() == 0:
            os.setsid()
        while True:
            pass
        """,
        limits={"wall_s": 1},
    )

    assert ended["exit"]["reason"] == "wall-clock"
    assert ended["explained"] == "Your program was still running after 1 s and was stopped."


def test_it_ends_a_program_that_uses_up_its_processor_time(attack: Attack) -> None:
    ended = attack("while True: pass", limits={"cpu_s": 1, "wall_s": 60})

    assert ended["exit"]["signal"] in (9, 24)
    assert ended["exit"]["reason"] == "exited"


def test_it_shows_only_the_jails_own_processes_to_signals(attack: Attack) -> None:
    ended = attack(
        """
        import os
        for pid in range(2, 4000):
            if pid != os.getpid():
                try:
                    os.kill(pid, 9); print("killed", pid)
                except ProcessLookupError:
                    pass
        try:
            os.kill(-1, 9)
        except ProcessLookupError:
            pass
        print("still here")
        """
    )

    assert ended["stdout"] == "still here"


def test_it_shows_no_environment_but_the_programs_own(attack: Attack, bait: HostBait) -> None:
    ended = attack(READ_EVERY_ENVIRONMENT)

    assert bait.secret not in ended["stdout"]
    assert ENVIRONMENT_KEY not in ended["stdout"]
    assert "FAULTLINE" not in ended["stdout"]
    assert "PYTHONDONTWRITEBYTECODE" in ended["stdout"]  # it did see its own


def test_control_clearing_the_programs_environment_alone_leaks_the_secret(bait: HostBait) -> None:
    # What a jail looks like whose bwrap was started with the caller's environment.
    secret = {"DATABASE_URL": bait.secret}

    said = unguarded(READ_EVERY_ENVIRONMENT, "--unshare-pid", "--clearenv", env=secret)

    assert bait.secret in said


def test_it_lets_nothing_of_the_kernel_be_set(attack: Attack) -> None:
    ended = attack(
        """
        import os
        for path in ("sys/kernel/core_pattern", "sysrq-trigger", "sys/vm/drop_caches",
                     "sys/user/max_user_namespaces", "sys/kernel/pid_max",
                     "sys/net/ipv4/ip_forward", "1/oom_score_adj", "1/mem"):
            try:
                fd = os.open("/proc/" + path, os.O_WRONLY)
                os.write(fd, b"1"); print("wrote", path)
            except OSError:
                pass
        try:
            open("/proc/self/oom_score_adj", "w").write("-1000"); print("made itself immortal")
        except OSError:
            pass
        print(open("/proc/self/oom_score_adj").read().strip())
        """
    )

    assert ended["stdout"] == "900"  # it is the first to go when the machine is out of memory


def test_it_keeps_what_a_program_sends_to_its_own_keeper_in_the_jail(attack: Attack) -> None:
    # The jail's first process is bwrap's; ending it ends the program, and nothing else.
    ended = attack("import os; os.kill(1, 9); os.kill(1, 15); print('still here')")

    assert ended["exit"]["reason"] in ("exited", "start-failed")
