"""A cluster on loopback ports, without a sandbox: for making the archive and for comparison."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from judge.errors import JudgeError
from judge.kafka.settings import Endpoint

TAIL_BYTES = 4000


def free_endpoints(count: int, ports_each: int = 3) -> dict[int, Endpoint]:
    """Free loopback ports for nodes 1 to `count`, as the kernel gave them just now."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count * ports_each)]
    numbers = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return {
        i: Endpoint("127.0.0.1", *numbers[(i - 1) * ports_each : i * ports_each])
        for i in range(1, count + 1)
    }


class LoopbackCluster:
    """Broker processes by node id, each with its output in a file below `root`."""

    def __init__(self, root: Path, commands: Mapping[int, list[str]]) -> None:
        """Start nothing yet. `commands` gives the command line of each node."""
        self._root, self._commands = root, dict(commands)
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, node_id: int) -> None:
        """Start one node; its output is appended."""
        with (self._root / f"{node_id}.log").open("ab") as out:
            self._processes[node_id] = subprocess.Popen(
                self._commands[node_id],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={},
                cwd="/",
            )

    def start_all(self) -> None:
        """Start every node."""
        for node_id in self._commands:
            self.start(node_id)

    def kill(self, node_id: int) -> None:
        """SIGKILL a node and wait for it."""
        self._processes[node_id].kill()
        self._processes[node_id].wait()

    def terminate(self, node_id: int, timeout_s: float) -> None:
        """Ask a node to shut down and wait for it. Raises JudgeError "broker-did-not-stop"."""
        process = self._processes[node_id]
        process.terminate()
        try:
            process.wait(timeout_s)
        except subprocess.TimeoutExpired as late:
            raise JudgeError(
                "broker-did-not-stop", f"Broker {node_id} did not shut down.", self.tail(node_id)
            ) from late

    def require_alive(self, dead_is_fine: int | None = None) -> None:
        """Raise JudgeError "broker-did-not-start" when a node has ended by itself."""
        for node_id, process in self._processes.items():
            if process.poll() is not None and node_id != dead_is_fine:
                raise JudgeError(
                    "broker-did-not-start",
                    f"Broker {node_id} ended with {process.returncode}.",
                    self.tail(node_id),
                )

    def until(
        self,
        condition: Callable[[], bool],
        timeout_s: float,
        error: str,
        *,
        dead_is_fine: int | None = None,
    ) -> None:
        """Wait for `condition` while every node (but one) lives. Raises JudgeError."""
        deadline_s = time.monotonic() + timeout_s
        while not condition():
            self.require_alive(dead_is_fine)
            if time.monotonic() > deadline_s:
                tails = "\n".join(self.tail(i) for i in self._processes)
                raise JudgeError("broker-did-not-start", error, tails)
            time.sleep(0.02)

    def tail(self, node_id: int) -> str:
        """The last of a node's output."""
        return (self._root / f"{node_id}.log").read_bytes()[-TAIL_BYTES:].decode(errors="replace")

    def close(self) -> None:
        """Kill what still runs."""
        for process in self._processes.values():
            process.kill()
        for process in self._processes.values():
            process.wait()
