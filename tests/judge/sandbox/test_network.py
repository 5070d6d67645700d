"""The brokers' network: everybody reaches everybody until a cut says otherwise."""

from __future__ import annotations

import json

from judge.home import Home
from sandboxes.inside import run_as_supervisor

PRELUDE = """
import ctypes, json, socket, socketserver, subprocess, sys, threading
from judge.errors import JudgeError
from judge.inside.namespaces import entering
from judge.inside.network import bootstrap, broker_ip, build_network

net = build_network([1, 2, 3])
SERVE = '''
import socketserver, threading
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(999):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
for port in (9092, 9094):
    threading.Thread(target=Server(("0.0.0.0", port), Echo).serve_forever).start()
print("up", flush=True)
'''
ASK = '''
import socket, sys
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as wire:
        wire.sendall(b"x"); print(wire.recv(9).decode())
except OSError as error:
    print(type(error).__name__)
'''

def start(ns):
    server = subprocess.Popen([sys.executable, "-c", SERVE], stdout=subprocess.PIPE,
                              preexec_fn=entering(ns))
    assert server.stdout.readline() == b"up\\n"

def ask(ns, broker, port=9092, within_s=20):
    done = subprocess.run([sys.executable, "-c", ASK, broker_ip(broker), str(port), str(within_s)],
                          capture_output=True, text=True, preexec_fn=entering(ns))
    return done.stdout.strip()

def knock(ns, broker, port=9092):  # where no answer is to come
    return ask(ns, broker, port, 0.4)

for ns in net.broker_ns.values():
    start(ns)
B = net.broker_ns
"""


def answer(home: Home, code: str) -> object:
    """What `code` prints as JSON, run where the supervisor would."""
    return json.loads(run_as_supervisor(home, PRELUDE + code).splitlines()[-1])


def test_it_lets_brokers_and_platform_reach_every_broker(home: Home) -> None:
    said = answer(
        home,
        "places = [net.platform_ns, *B.values()]\n"
        "print(json.dumps([ask(ns, broker) for ns in places for broker in B]))",
    )

    assert said == ["x"] * 12


def test_it_gives_bridge_and_tap_no_way_to_a_broker(home: Home) -> None:
    said = answer(
        home,
        "ends = (net.bridge_ns, net.tap_ns, net.learner_ns)\n"
        "print(json.dumps([knock(ns, 1) for ns in ends]))",
    )

    assert set(said) <= {"OSError", "TimeoutError", "ConnectionRefusedError"}


def test_it_cuts_replication_alone_and_counts_what_it_held(home: Home) -> None:
    said = answer(
        home,
        """
net.cut("hold-replication", [f"ip saddr {broker_ip(2)} tcp dport 9094"])
held = [knock(B[2], 1, 9094), ask(B[2], 1, 9092), ask(B[3], 1, 9094), ask(net.platform_ns, 2)]
dropped = net.dropped("hold-replication")
net.heal("hold-replication")
print(json.dumps([held, dropped > 0, ask(B[2], 1, 9094), net.dropped("hold-replication")]))
""",
    )

    assert said == [["TimeoutError", "x", "x", "x"], True, "x", 0]


def test_it_keeps_cuts_apart_and_heals_them_one_by_one(home: Home) -> None:
    said = answer(
        home,
        """
net.cut("one", [f"ip saddr {broker_ip(1)} ip daddr {broker_ip(2)}"])
net.cut("two", [f"ip saddr {broker_ip(3)} ip daddr {broker_ip(2)}"])
both = [knock(B[1], 2), knock(B[3], 2)]
net.heal("one")
net.heal("one")
print(json.dumps([both, ask(B[1], 2), knock(B[3], 2)]))
""",
    )

    assert said == [["TimeoutError", "TimeoutError"], "x", "TimeoutError"]


def test_it_refuses_a_rule_that_nft_does_not_know(home: Home) -> None:
    said = answer(
        home,
        """
codes = []
for name, rules in (("good", ["ip saddr nonsense"]), ("Bad name; drop", ["ip saddr 10.77.0.11"])):
    try:
        net.cut(name, rules)
    except JudgeError as error:
        codes.append(error.code)
print(json.dumps([codes, ask(B[1], 2)]))
""",
    )

    assert said == [["cut-failed", "cut-failed"], "x"]


def test_it_names_all_brokers_for_a_client(home: Home) -> None:
    said = answer(home, "print(json.dumps(bootstrap([1, 3])))")

    assert said == "10.77.0.11:9092,10.77.0.13:9092"
