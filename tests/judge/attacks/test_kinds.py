"""Attacks by a runbook and by a Java program: another interpreter, the very same jail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import judge
from judge.home import Home
from judge.kafka.install import install_kafka
from judge.sandbox.link import Sandbox
from sandboxes.host import HostBait
from sandboxes.inside import look_inside
from sandboxes.programs import run_kind
from sandboxes.standins import StandIns

Attack = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module", autouse=True)
def kafka(home: Home) -> None:
    """The tools and clients that these attacks start from."""
    install_kafka(home, lambda _text: None)


@pytest.fixture
def attack(sandbox: Sandbox, bait: HostBait, brokers: StandIns) -> Iterator[Attack]:
    """Runs an attack of a kind; afterwards bait and brokers must be as they were."""
    yield lambda kind, text, **options: run_kind(sandbox, kind, text, **options)
    bait.assert_untouched()
    brokers.assert_alive()


def java(body: str) -> str:
    """The source of a Java program that runs `body`."""
    return f"""
        import java.io.*; import java.net.*; import java.nio.file.*; import java.util.*;
        public class Main {{ public static void main(String[] args) throws Exception {{ {body} }} }}
    """


def places(bait: HostBait) -> list[str]:
    """Paths that no program may read anything from."""
    package = judge.__path__[0]
    found = [str(bait.file), bait.unix_path, "/etc/shadow", "/data/bait", "/run/jails"]
    return [*found, f"{package}/errors.py", "/faultline/judge/errors.py", "/root", "/home"]


def test_a_runbook_reads_no_file_of_host_platform_or_brokers(
    attack: Attack, bait: HostBait, sandbox: Sandbox
) -> None:
    look_inside(sandbox, "bridge", "open('/data/bait', 'w').write('records')")
    wanted = " ".join(places(bait))

    ended = attack("runbook", f"for p in {wanted}; do cat $p 2>/dev/null; ls $p 2>/dev/null; done")

    assert ended["stdout"] == ""


def test_a_java_program_reads_no_file_of_host_platform_or_brokers(
    attack: Attack, bait: HostBait, sandbox: Sandbox
) -> None:
    look_inside(sandbox, "bridge", "open('/data/bait', 'w').write('records')")
    wanted = ", ".join(f'"{path}"' for path in places(bait))

    ended = attack(
        "java",
        java(
            f"for (var p : new String[] {{ {wanted} }}) if (new File(p).exists())"
            " System.out.println(p);"
        ),
    )

    assert ended["exit"]["code"] == 0, ended["stderr"]
    assert ended["stdout"] == ""


def test_neither_writes_outside_of_tmp(attack: Attack) -> None:
    folders = "/ /work /usr /etc /dev /proc /java /java/lib /kafka /kafka/bin /kafka/jars /runtime"
    listed = ", ".join(f'"{folder}"' for folder in folders.split())

    by_shell = attack(
        "runbook", f"for d in {folders}; do (echo x > $d/planted) 2>/dev/null && echo $d; done"
    )
    by_java = attack(
        "java",
        java(
            f"for (var d : new String[] {{ {listed} }}) try {{"
            ' Files.writeString(Path.of(d, "planted"), "x"); System.out.println(d);'
            " } catch (IOException no) { }"
        ),
    )

    assert [by_shell["stdout"], by_java["stdout"]] == ["", ""]
    assert by_java["exit"]["code"] == 0, by_java["stderr"]


def test_a_java_program_reaches_the_tap_and_nothing_else(attack: Attack, bait: HostBait) -> None:
    hosts = [f"127.0.0.1:{bait.redis_port}", "10.77.0.1:22", "8.8.8.8:53", "169.254.169.254:80"]
    hosts += [f"10.77.0.{10 + i}:{port}" for i in (1, 2, 3) for port in (9092, 9093, 9094)]
    listed = ", ".join(f'"{host}"' for host in hosts)

    ended = attack(
        "java",
        java(
            f"for (var at : new String[] {{ {listed} }}) try (var wire = new Socket()) {{"
            ' var parts = at.split(":"); wire.connect('
            "new InetSocketAddress(parts[0], Integer.parseInt(parts[1])), 1000);"
            " System.out.println(at); } catch (IOException no) { }"
        ),
    )

    assert ended["stdout"].split() == [f"10.77.0.{10 + i}:9092" for i in (1, 2, 3)]


def test_a_runbook_finds_no_way_to_open_another_network(attack: Attack) -> None:
    ended = attack(
        "runbook",
        """
        PATH=/usr/sbin:/usr/bin:/sbin:/bin
        unshare -r true && echo unshare
        ip link add x type dummy && echo ip
        nsenter -t 1 -n true && echo nsenter
        mount -t tmpfs x /tmp && echo mount
        bwrap --dev-bind / / true && echo bwrap
        true
        """,
    )

    assert ended["stdout"] == ""


def test_a_fork_bomb_of_the_shell_is_bounded(attack: Attack) -> None:
    ended = attack(
        "runbook",
        "bomb() { bomb & bomb; }\nbomb 2>/dev/null &\nsleep 2\nls -d /proc/[0-9]* | wc -l",
        limits={"wall_s": 20},
    )

    # Either the count was reached and printed, or not even `ls` could be forked any more.
    counted = [int(line) for line in ended["stdout"].split() if line.isdecimal()]
    assert all(count <= 260 for count in counted)


def test_threads_of_a_java_program_are_bounded(attack: Attack) -> None:
    ended = attack(
        "java",
        java(
            "int made = 0; try { while (made < 5000) { var one = new Thread(() -> { try {"
            " Thread.sleep(100_000); } catch (InterruptedException over) { } });"
            " one.setDaemon(true); one.start(); made++; } } catch (OutOfMemoryError refused) { }"
            " System.out.println(made); System.exit(0);"
        ),
    )

    assert 10 < int(ended["stdout"].split()[0]) < 128


@pytest.mark.parametrize("kind", ["runbook", "java"])
def test_memory_is_bounded_however_it_is_filled(attack: Attack, kind: str) -> None:
    # The shell's own variables, and memory that the JVM's heap does not count.
    text = {
        "runbook": "x=0123456789abcdef\nwhile true; do x=$x$x; done",
        "java": java(
            "var more = new ProcessBuilder(\"/bin/sh\", \"-c\","
            " \"x=0123456789abcdef; while true; do x=$x$x; done\").start(); more.waitFor();"
        ),
    }[kind]

    ended = attack(kind, text, limits={"memory_bytes": 128 << 20, "wall_s": 60})

    assert ended["exit"]["reason"] == "memory"


def test_the_compiler_runs_nothing_of_the_learners(attack: Attack) -> None:
    # A processor would be named by an option or a service file; neither is the learner's to give.
    ended = attack(
        "java",
        """
        import javax.annotation.processing.*; import javax.lang.model.element.*; import java.util.*;
        @SupportedAnnotationTypes("*")
        public class Main extends AbstractProcessor {
            static { System.out.println("loaded"); }
            public boolean process(Set<? extends TypeElement> all, RoundEnvironment round) {
                System.out.println("processed"); return false;
            }
            public static void main(String[] args) { }
        }
        """,
    )

    assert ended["stdout"] == "loaded"
    assert ended["exit"]["code"] == 0
