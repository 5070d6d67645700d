"""Stand-ins for brokers and tap: tiny TCP servers in the namespaces of the real ones."""

from __future__ import annotations

import subprocess

from judge.sandbox.link import Sandbox
from sandboxes.inside import entering_command, look_inside

_SERVER = """
import ctypes, socketserver, sys
ctypes.CDLL(None).prctl(1, 9, 0, 0, 0)
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        while data := self.request.recv(65536):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    def handle_error(self, *_):
        pass
import threading
for place in sys.argv[1:]:
    host, port = place.split(":")
    threading.Thread(target=Server((host, int(port)), Echo).serve_forever, daemon=True).start()
print("up", flush=True)
sys.stdin.read()
"""

_ASK = """
import socket
for i in (1, 2, 3):
    with socket.create_connection((f"10.77.0.{10 + i}", 9092), 5) as wire:
        wire.sendall(b"alive?")
        assert wire.recv(99) == b"alive?"
print("all")
"""

IDS = (1, 2, 3)


class StandIns:
    """Three brokers and a tap, as far as a socket can tell. Close them before the sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._servers = [
            self._serve(f"broker-{i}", *(f"10.77.0.{10 + i}:{port}" for port in (9092, 9093, 9094)))
            for i in IDS
        ]
        self._servers.append(self._serve("tap", *(f"10.77.0.{10 + i}:9092" for i in IDS)))

    def assert_alive(self) -> None:
        """Each process runs, and each broker answers the platform on the bridge."""
        assert [server.poll() for server in self._servers] == [None] * len(self._servers)
        assert look_inside(self._sandbox, "platform", _ASK).strip() == "all"

    def close(self) -> None:
        """End them by the end of their input: nsenter must live on to bury what it brought in.

        A sandbox's first process waits for all of its namespace to be buried.
        """
        for server in self._servers:
            server.communicate()

    def _serve(self, namespace: str, *places: str) -> subprocess.Popen[str]:
        argv = ["/usr/bin/python3", "-c", _SERVER, *places]
        server = subprocess.Popen(
            entering_command(self._sandbox, namespace, argv),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert server.stdout is not None
        if server.stdout.readline() != "up\n":
            raise AssertionError(server.communicate()[1])
        return server
