"""A Java program: compiled apart, with its problems by line, and run beside the clients alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from judge.kafka.toolbox import client_box

Run = Callable[..., dict[str, Any]]

MAIN = "public class Main {{ public static void main(String[] args) throws Exception {{ {} }} }}"


def test_it_runs_what_it_compiled_and_feeds_it(java: Run) -> None:
    ended = java(
        MAIN.format(
            "var in = new java.io.BufferedReader(new java.io.InputStreamReader(System.in));"
            " for (String line; (line = in.readLine()) != null;)"
            " System.out.println(line.toUpperCase()); System.exit(4);"
        ),
        stdin_lines=["one", "two"],
    )

    assert ended["stdout"] == "ONE\nTWO"
    assert ended["exit"]["code"] == 4
    assert ended["stderr"] == ""


def test_it_tells_a_compile_error_by_file_line_and_message_in_order(java: Run) -> None:
    ended = java(
        """\
        public class Main {
            int first = nothing;
            String second = 2;
        }
        """
    )

    assert ended["exit"]["reason"] == "compile-error"
    assert ended["exit"]["code"] is None
    assert ended["stderr"].split("\n") == [
        "Main.java:2: nothing cannot be resolved to a variable",
        "Main.java:3: Type mismatch: cannot convert from int to String",
    ]
    assert ended["explained"] == (
        "Your program does not compile. Main.java:2: nothing cannot be resolved to a variable"
    )


def test_it_names_a_class_that_is_not_the_files(java: Run) -> None:
    ended = java("public class Other {}")

    assert ended["exit"]["reason"] == "compile-error"
    assert "public type Other must be defined in its own file" in ended["explained"]


def test_it_leaves_a_class_without_main_to_the_jvm(java: Run) -> None:
    ended = java("public class Main {}")

    assert ended["exit"]["reason"] == "exited"
    assert ended["exit"]["code"] == 1
    assert "main" in ended["stderr"]


def test_it_shows_the_clients_and_no_class_of_a_broker_or_of_the_compiler(java: Run) -> None:
    names = ("org.apache.kafka.clients.producer.KafkaProducer", "kafka.Kafka")
    names += ("org.apache.kafka.tools.TopicCommand", "org.eclipse.jdt.core.compiler.CharOperation")
    tries = "".join(
        f'try {{ Class.forName("{name}"); System.out.println("{name}"); }}'
        " catch (ClassNotFoundException no) { }"
        for name in names
    )

    ended = java(MAIN.format(tries))

    assert ended["stdout"].split() == [names[0]]
    assert not [jar for jar in client_box().jars if "ecj" in jar or "kafka_2" in jar]


def test_it_starts_from_the_class_archive(java: Run) -> None:
    # In this mode a JVM ends at once when the archive does not fit; so we start another.
    ended = java(
        MAIN.format(
            "var command = new java.util.ArrayList<String>(); command.add(\"/java/bin/java\");"
            " command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean()"
            ".getInputArguments());"
            ' java.util.Collections.addAll(command, "-XX:AOTMode=on", "-cp",'
            ' System.getProperty("java.class.path"), "--version");'
            " System.exit(new ProcessBuilder(command).inheritIO().start().waitFor());"
        )
    )

    assert ended["exit"]["code"] == 0, ended["stderr"]


def test_it_stops_a_program_that_fills_memory_outside_of_its_heap(java: Run) -> None:
    ended = java(
        MAIN.format(
            "var held = new java.util.ArrayList<java.nio.ByteBuffer>(); while (true) {"
            " var some = java.nio.ByteBuffer.allocateDirect(1 << 20);"
            " while (some.hasRemaining()) some.putLong(1); held.add(some); }"
        ),
    )

    # Either the JVM's own bound or the watchdog; never more than the limit.
    assert ended["exit"]["reason"] in ("memory", "exited")
    assert ended["exit"]["code"] != 0
    assert ended["exit"]["peak_memory_bytes"] < 640 << 20
