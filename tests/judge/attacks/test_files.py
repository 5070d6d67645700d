"""Attacks on files: the host's, the platform's, the brokers', and those of another attempt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import judge
from judge.sandbox.link import Sandbox
from sandboxes.host import HostBait
from sandboxes.inside import look_inside
from sandboxes.programs import run_program, unguarded

Attack = Callable[..., dict[str, Any]]

READ = """
import os, sys
for path in sys.stdin.read().splitlines():
    try:
        print(path, os.listdir(path) if os.path.isdir(path) else open(path).read(200))
    except OSError as error:
        print(path, "->", error.strerror)
"""


def test_it_shows_no_file_of_the_host(attack: Attack, bait: HostBait) -> None:
    package = judge.__path__[0]
    paths = [str(bait.file), bait.unix_path, "/etc/shadow", "/root", "/home", "/var/tmp", package]
    paths += ["/var/run/docker.sock", "/sys", "/boot", "/proc/1/root/root", "/proc/1/cwd/../root"]

    ended = attack(READ, stdin_lines=paths)

    lines = ended["stdout"].splitlines()
    assert len(lines) == len(paths)
    assert [line for line in lines if "->" not in line] == []
    assert bait.secret not in ended["stdout"]


def test_it_holds_nothing_but_the_learners_world_at_its_root(attack: Attack) -> None:
    ended = attack("import os; print(sorted(os.listdir('/')), sorted(os.listdir('/etc')))")

    allowed = {"bin", "dev", "etc", "lib", "lib64", "proc", "tmp", "usr", "work", "runtime"}
    root, etc = (set(part.split("', '")) for part in ended["stdout"].strip("[']\n").split("'] ['"))
    assert root <= allowed
    assert etc <= {"hosts", "passwd", "nsswitch.conf", "ld.so.cache"}


def test_it_hides_what_the_operator_installed(attack: Attack) -> None:
    ended = attack("import os; print(os.listdir('/usr/local'))")

    assert ended["stdout"] == "[]"


def test_it_gives_no_descriptor_but_the_three_streams(attack: Attack) -> None:
    ended = attack(
        """
        import os
        here = os.listdir("/proc/self/fd")
        print(sorted(f for f in here if os.path.exists("/proc/self/fd/" + f)))
        """
    )

    assert ended["stdout"].strip() == "['0', '1', '2']"


def test_it_hides_the_brokers_data(attack: Attack, sandbox: Sandbox) -> None:
    look_inside(sandbox, "bridge", "open('/data/bait', 'w').write('records')")

    ended = attack(READ, stdin_lines=["/data", "/data/bait", "/run/jails", "/proc/1/root/data"])

    assert "records" not in ended["stdout"]
    assert ended["stdout"].count("->") == 4


def test_it_hides_the_platforms_packages(attack: Attack) -> None:
    ended = attack(
        """
        import importlib
        for name in ("judge", "django", "celery", "aiokafka", "redis", "pyseccomp"):
            try:
                importlib.import_module(name); print(name)
            except ImportError:
                pass
        import confluent_kafka
        """
    )

    assert ended["stdout"] == ""
    assert ended["exit"]["code"] == 0


@pytest.mark.parametrize("place", ["/", "/work", "/usr", "/etc", "/dev", "/proc", "/runtime"])
def test_it_lets_nothing_be_written_outside_tmp(attack: Attack, place: str) -> None:
    ended = attack(f"open({place!r} + '/planted.pth', 'w').write('x')")

    assert ended["exit"]["code"] == 1
    assert "Error" in ended["stderr"]


def test_it_keeps_the_programs_own_files_as_they_were(attack: Attack) -> None:
    ended = attack(
        """
        import os
        for deed in (lambda: open("/work/main.py", "w"), lambda: os.unlink("/work/main.py"),
                     lambda: os.chmod("/work/main.py", 0o777),
                     lambda: os.rename("/work", "/tmp/work")):
            try:
                deed(); print("done")
            except OSError:
                pass
        """
    )

    assert ended["stdout"] == ""


def test_it_shows_nothing_of_an_earlier_run(attack: Attack) -> None:
    places = ["/tmp", "/dev/shm", "/var/tmp", "/run", "/run/lock", "/work"]
    leave = f"""
    for place in {places!r}:
        try:
            open(place + "/left-behind", "w").write("of the first attempt")
        except OSError:
            pass
    import os; print(sorted(os.listdir("/tmp")))
    """
    assert "left-behind" in attack(leave)["stdout"]

    ended = attack(READ, stdin_lines=[place + "/left-behind" for place in places])

    assert ended["stdout"].count("->") == len(places)


def test_it_shows_nothing_of_another_sandbox(
    attack: Attack, sandbox: Sandbox, runtime_home: Any
) -> None:
    from judge.sandbox.link import start_sandbox

    with start_sandbox(runtime_home) as other:
        run_program(other, "open('/tmp/mine', 'w').write('of another attempt')")
        look_inside(other, "bridge", "open('/data/mine', 'w').write('of another attempt')")

        ended = attack(READ, stdin_lines=["/tmp/mine", "/data/mine", "/proc/2/root/data/mine"])

    assert "another attempt" not in ended["stdout"]


def test_control_a_jail_with_the_hosts_root_reads_the_secret(bait: HostBait) -> None:
    said = unguarded(f"print(open({str(bait.file)!r}).read())", "--ro-bind", "/var", "/var")

    assert bait.secret in said


def test_it_never_opens_what_the_learner_made(attack: Attack, bait: HostBait) -> None:
    # Other judges were escaped from where the trusted side followed a learner's symlink, or
    # blocked for ever on a learner's FIFO. Ours ends the run without a look at either.
    ended = attack(
        f"""
        import os
        for name in ("result.json", "verdict", "report.json"):
            os.symlink({str(bait.file)!r}, "/tmp/" + name)
        os.symlink("/data", "/tmp/data")
        try:
            os.mkfifo("/tmp/fifo"); print("made a FIFO")
        except OSError as error:
            print(error.strerror)
        for place in ("/work/main.py.new", "/work/link"):
            try:
                os.symlink("/etc/shadow", place); print("linked")
            except OSError:
                pass
        with open("/tmp/sparse", "wb") as sparse:
            sparse.truncate(30 << 20)
        """
    )

    assert ended["exit"]["reason"] == "exited"
    assert ended["stdout"] == "Operation not permitted"
    assert bait.secret not in str(ended)


def test_it_treats_every_file_name_as_a_plain_name(sandbox: Sandbox) -> None:
    from judge.errors import JudgeError

    for name in ("../planted", "/etc/planted", "a/b", ".hidden", "", "a\nb"):
        with pytest.raises(JudgeError, match="cannot name a file"):
            run_program(sandbox, "pass", files={name: b""})
