"""Attacks over the network: the host, the outside, other ports of the brokers, the tap itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from judge.sandbox.link import Sandbox, start_sandbox
from sandboxes.host import HostBait
from sandboxes.inside import look_inside
from sandboxes.programs import run_program, unguarded
from sandboxes.standins import StandIns

Attack = Callable[..., dict[str, Any]]

CONNECT = """
import socket, sys
for line in sys.stdin.read().splitlines():
    host, port = line.rsplit(":", 1)
    with socket.socket() as wire:
        wire.settimeout(5)
        try:
            wire.connect((host, int(port)))
            wire.sendall(b"PING\\r\\n")
            print(line, "answered", wire.recv(99))
        except OSError as error:
            print(line, "->", error)
"""


def test_it_reaches_the_brokers_through_the_tap(attack: Attack) -> None:
    ended = attack(CONNECT, stdin_lines=[f"10.77.0.{10 + i}:9092" for i in (1, 2, 3)])

    assert ended["stdout"].count("answered b'PING") == 3


def test_it_reaches_no_service_of_the_host(attack: Attack, bait: HostBait) -> None:
    hosts = ["127.0.0.1", "localhost", "10.77.0.1", "10.77.0.30", "172.17.0.1", "0.0.0.0"]

    ended = attack(CONNECT, stdin_lines=[f"{host}:{bait.redis_port}" for host in hosts])

    assert ended["stdout"].count("->") == len(hosts)


def test_control_with_the_hosts_network_the_same_program_talks_to_redis(bait: HostBait) -> None:
    code = CONNECT.replace("sys.stdin.read().splitlines()", f"['127.0.0.1:{bait.redis_port}']")

    assert "answered b'+PONG" in unguarded(code)


def test_it_reaches_nothing_outside(attack: Attack) -> None:
    # 192.0.2.1 is reserved for documentation; 169.254.169.254 is where clouds keep secrets.
    outside = ["192.0.2.1:80", "169.254.169.254:80", "10.0.0.1:53", "8.8.8.8:53"]

    ended = attack(
        CONNECT
        + """
try:
    print("resolved", socket.getaddrinfo("example.com", 80))
except OSError:
    pass
""",
        stdin_lines=outside,
    )

    assert ended["stdout"].count("unreachable") == len(outside)
    assert "resolved" not in ended["stdout"]


def test_it_reaches_no_controller_or_replication_port(attack: Attack) -> None:
    ports = [f"10.77.0.{10 + i}:{port}" for i in (1, 2, 3) for port in (9093, 9094)]

    ended = attack(CONNECT, stdin_lines=ports)

    assert ended["stdout"].count("Connection refused") == len(ports)


def test_control_from_the_brokers_bridge_those_ports_answer(
    sandbox: Sandbox, brokers: StandIns
) -> None:
    code = CONNECT.replace(
        "sys.stdin.read().splitlines()", "['10.77.0.11:9093', '10.77.0.12:9094']"
    )

    assert look_inside(sandbox, "platform", code).count("answered") == 2


def test_it_finds_nobody_else_on_its_wire(attack: Attack) -> None:
    ended = attack(
        """
        import socket
        found = []
        wires = []
        for last in range(1, 255):
            wire = socket.socket(); wire.setblocking(False)
            wire.connect_ex((f"10.77.0.{last}", 9092)); wires.append((last, wire))
            if len(wires) == 100 or last == 254:
                import time; time.sleep(0.3)
                for number, open_wire in wires:
                    try:
                        open_wire.getpeername(); found.append(number)
                    except OSError:
                        pass
                    open_wire.close()
                wires = []
        print(found)
        """
    )

    assert ended["stdout"].strip() == "[11, 12, 13]"


def test_it_reaches_no_unix_socket_of_the_host(attack: Attack, bait: HostBait) -> None:
    ended = attack(
        f"""
        import socket
        for address in ("\\0{bait.abstract}", {bait.unix_path!r}):
            try:
                socket.socket(socket.AF_UNIX).connect(address); print("connected")
            except OSError:
                pass
        """
    )

    assert ended["stdout"] == ""


@pytest.mark.parametrize(
    ("family", "kind"), [(40, 1), (17, 3), (38, 5), (31, 3), (44, 2), (16, 3)], ids=str
)
def test_it_opens_no_strange_kind_of_socket(attack: Attack, family: int, kind: int) -> None:
    # vsock, packet, kernel cryptography, Bluetooth, express data path; netlink may be opened,
    # and is good for nothing without rights.
    ended = attack(
        f"""
        import socket
        try:
            wire = socket.socket({family}, {kind})
            print("opened", wire.family)
        except OSError as error:
            print(error.strerror)
        """
    )

    expected = "opened" if family == 16 else "Address family not supported by protocol"
    assert ended["stdout"].startswith(expected)


def test_it_makes_no_raw_packets(attack: Attack) -> None:
    ended = attack(
        """
        import socket
        for protocol in (1, 6, 255):
            try:
                socket.socket(socket.AF_INET, socket.SOCK_RAW, protocol); print("raw")
            except PermissionError:
                pass
        wire = socket.socket()
        for level, option in ((1, 36), (0, 19)):  # SO_MARK, IP_TRANSPARENT
            try:
                wire.setsockopt(level, option, 1); print("set", option)
            except PermissionError:
                pass
        try:
            wire.bind(("10.77.0.11", 9092)); print("took the place of a broker")
        except OSError:
            pass
        """
    )

    assert ended["stdout"] == ""


def test_it_keeps_two_sandboxes_with_the_same_addresses_apart(
    attack: Attack, runtime_home: Any
) -> None:
    ask = [f"10.77.0.{10 + i}:9092" for i in (1, 2, 3)]
    with start_sandbox(runtime_home) as empty:
        ended = run_program(empty, CONNECT, stdin_lines=ask)

    assert ended["stdout"].count("Connection refused") == 3
    assert attack(CONNECT, stdin_lines=ask)["stdout"].count("answered") == 3
