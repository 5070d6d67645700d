"""The processes of one sandbox's cluster: started, killed, paused, frozen and seen from outside."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterable
from pathlib import Path

from judge.errors import JudgeError
from judge.inside.broker_process import start_process
from judge.inside.fsync_gate import FsyncGate
from judge.inside.namespaces import mount_tmpfs
from judge.inside.network import Network, broker_ip
from judge.inside.process_figures import cpu_s, is_stopped, pss_bytes
from judge.kafka.installed import KafkaInstall
from judge.kafka.settings import Endpoint, broker_properties, properties_text
from judge.kafka.shape import MOST_BROKERS, MOST_CONTROLLERS, Shape
from judge.kafka.storage import format_directory, random_id
from judge.waiting import wait_until

DATA, LOGS = Path("/data"), Path("/run/brokers")
INODES = 8192
STOP_TIMEOUT_S = 5.0
TAIL_LINES = 60


class Brokers:
    """The cluster's nodes by id. Each has its own network namespace and its own small disk.

    `ids` and `live_ids` are the brokers', which is what clients and topics know of; with
    separate controllers `node_ids` are more. What takes one id takes any node's.
    """

    def __init__(self, network: Network, shape: Shape, install: KafkaInstall) -> None:
        """Make and format every data directory; start nothing yet.

        Raises:
            JudgeError: "too-many-brokers" when there are no addresses for so many nodes.
        """
        if shape.brokers > MOST_BROKERS or shape.controllers > MOST_CONTROLLERS:
            raise JudgeError(
                "too-many-brokers",
                f"A sandbox has room for {MOST_BROKERS} brokers and {MOST_CONTROLLERS} controllers,"
                f" not for {shape.brokers} and {shape.controllers}.",
            )
        network.make_room(shape.ids, shape.controller_ids)
        self.shape, self.install, self._network = shape, install, network
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self._gates: dict[int, FsyncGate] = {}
        LOGS.mkdir(parents=True, exist_ok=True)
        cluster_id = random_id()
        endpoints = {i: Endpoint(broker_ip(i)) for i in shape.node_ids}
        for i in shape.node_ids:
            disk = DATA / f"b{i}"
            disk.mkdir(parents=True)
            mount_tmpfs(disk, shape.data_bytes, INODES)
            format_directory(self.data_dir(i), cluster_id, i, install.bootstrap)
            properties = broker_properties(shape, i, endpoints, self.data_dir(i))
            self._properties(i).write_text(properties_text(properties), encoding="utf-8")

    @property
    def ids(self) -> tuple[int, ...]:
        """The brokers' ids, dead ones too."""
        return self.shape.ids

    @property
    def node_ids(self) -> tuple[int, ...]:
        """The ids of all nodes, dead ones too: brokers, then separate controllers."""
        return self.shape.node_ids

    @property
    def live_ids(self) -> tuple[int, ...]:
        """The ids of the brokers whose process runs, paused ones too."""
        return tuple(i for i in self.ids if self.alive(i))

    @property
    def live_node_ids(self) -> tuple[int, ...]:
        """The ids of all nodes whose process runs, paused ones too."""
        return tuple(i for i in self.node_ids if self.alive(i))

    def start_all(self) -> None:
        """Start every node that does not run."""
        for i in self.node_ids:
            self.start(i)

    def start(self, i: int) -> None:
        """Start node `i` in its namespace; one that runs is left alone. Output is appended."""
        if self.alive(i):
            return
        gate = FsyncGate() if self.shape.syncs_held else None
        command, ns_fd = self.install.command(self._properties(i)), self._network.ns_of(i)
        self._processes[i] = start_process(command, self.log_path(i), ns_fd, gate)
        if gate is not None:
            self._gates[i] = gate

    def fsync_gate(self, i: int) -> FsyncGate:
        """What stands between node `i` and its disk.

        Raises:
            JudgeError: "syncs-not-held": the shape of this cluster does not ask for it.
        """
        if i not in self._gates:
            raise JudgeError("syncs-not-held", f"Nothing stands between node {i} and its disk.")
        return self._gates[i]

    def require_started(self) -> None:
        """Raise JudgeError "broker-did-not-start" when a node has ended, with its log's tail."""
        for i in self.node_ids:
            if not self.alive(i):
                process = self._processes.get(i)
                status = process.returncode if process else "not started"
                raise JudgeError(
                    "broker-did-not-start",
                    f"{self._named(i)} ended while it was starting (status {status}).",
                    self.log_tail(i),
                )

    def kill(self, i: int) -> int:
        """SIGKILL node `i`, wait until it is gone, return its status (-9 when that killed it)."""
        process = self._process(i)
        process.kill()
        return process.wait()

    def ask_to_stop(self, i: int, timeout_s: float) -> int:
        """SIGTERM to node `i`: it hands its leaderships over and ends. Returns its status.

        Raises:
            JudgeError: "broker-did-not-stop" when it still runs after `timeout_s`.
        """
        process = self._process(i)
        process.terminate()
        try:
            return process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            text = f"{self._named(i)} did not stop when asked to."
            raise JudgeError("broker-did-not-stop", text, self.log_tail(i)) from None

    def pause(self, i: int) -> None:
        """SIGSTOP node `i` and wait until none of its threads runs."""
        self._stop([i])

    def resume(self, i: int) -> None:
        """SIGCONT node `i`."""
        os.kill(self._process(i).pid, signal.SIGCONT)

    def freeze(self) -> None:
        """SIGSTOP every live node; returns when none of them uses any CPU."""
        self._stop(self.live_node_ids)

    def thaw(self) -> None:
        """SIGCONT every live node. The cluster needs a moment; see `judge.inside.cluster`."""
        for i in self.live_node_ids:
            self.resume(i)

    def alive(self, i: int) -> bool:
        """Whether node `i` has been started and its process has not ended."""
        process = self._processes.get(i)
        return process is not None and process.poll() is None

    def pid(self, i: int) -> int:
        """Process id of node `i`, in the sandbox's numbering."""
        return self._process(i).pid

    def data_dir(self, i: int) -> Path:
        """Where node `i` keeps its logs; readable when it is dead."""
        return DATA / f"b{i}" / "data"

    def log_path(self, i: int) -> Path:
        """What node `i` has printed, over all its lives."""
        return LOGS / f"{i}.log"

    def log_tail(self, i: int, lines: int = TAIL_LINES) -> str:
        """The last lines that node `i` printed."""
        try:
            text = self.log_path(i).read_bytes()[-lines * 400 :].decode(errors="replace")
        except FileNotFoundError:
            return ""
        return "\n".join(text.splitlines()[-lines:])

    def pss_bytes(self) -> int:
        """Proportional memory of all live nodes: pages they share are counted once."""
        return sum(pss_bytes(self.pid(i)) for i in self.live_node_ids)

    def cpu_s(self) -> float:
        """CPU seconds that all live nodes have used since they were started."""
        return sum(cpu_s(self.pid(i)) for i in self.live_node_ids)

    def _named(self, i: int) -> str:
        return f"{'Controller' if i in self.shape.controller_ids else 'Broker'} {i}"

    def _stop(self, ids: Iterable[int]) -> None:
        pids = [self.pid(i) for i in ids]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        wait_until(
            lambda: all(is_stopped(pid) for pid in pids),
            STOP_TIMEOUT_S,
            "A broker could not be stopped.",
            code="broker-did-not-freeze",
            step_s=0.002,
        )

    def _process(self, i: int) -> subprocess.Popen[bytes]:
        if i not in self._processes:
            raise JudgeError("broker-not-started", f"{self._named(i)} was never started.")
        return self._processes[i]

    def _properties(self, i: int) -> Path:
        return LOGS / f"{i}.properties"
