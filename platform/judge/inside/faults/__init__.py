"""Everything that can be done to a run, one fault a file.

A fault is inject -> prove -> hold -> heal -> prove healed. The next one is added by copying a
neighbour, naming it in `FAULTS` and giving its keys in `judge.fault_options`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from judge.inside.faults.dir_unwritable import DirUnwritable
from judge.inside.faults.disk_full import DiskFull
from judge.inside.faults.failing_fsync import FailingFsync
from judge.inside.faults.hold_replication import HoldReplication
from judge.inside.faults.isolate_broker import IsolateBroker
from judge.inside.faults.kill_broker import KillBroker
from judge.inside.faults.kill_brokers import KillBrokers
from judge.inside.faults.kill_program import KillProgram
from judge.inside.faults.kill_program_at import KillProgramAt
from judge.inside.faults.late_acknowledgement import LateAcknowledgement
from judge.inside.faults.late_commit import LateCommit
from judge.inside.faults.late_end_txn import LateEndTxn
from judge.inside.faults.limit_bandwidth import LimitBandwidth
from judge.inside.faults.lose_packets import LosePackets
from judge.inside.faults.lost_acknowledgement import LostAcknowledgement
from judge.inside.faults.lost_end_txn import LostEndTxn
from judge.inside.faults.lost_heartbeats import LostHeartbeats
from judge.inside.faults.overtaken_batch import OvertakenBatch
from judge.inside.faults.partition_brokers import PartitionBrokers
from judge.inside.faults.pause_broker import PauseBroker
from judge.inside.faults.pause_program import PauseProgram
from judge.inside.faults.refuse_clients import RefuseClients
from judge.inside.faults.reset_after_append import ResetAfterAppend
from judge.inside.faults.reset_connections import ResetConnections
from judge.inside.faults.restart_broker import RestartBroker
from judge.inside.faults.silent_broker import SilentBroker
from judge.inside.faults.slow_broker import SlowBroker
from judge.inside.faults.slow_fsync import SlowFsync
from judge.inside.faults.slow_link import SlowLink
from judge.inside.faults.start_broker import StartBroker
from judge.inside.faults.starve_cpu import StarveCpu
from judge.inside.run_state import RunState


class Fault(Protocol):
    """One thing done to the cluster, the network or a program of a run; made anew for each use.

    It is constructed with its checked options (see `judge.fault_options`).

    `inject` and `heal` return the proof, as plain JSON types, that it really took hold and
    really ended. Both raise `JudgeError` with code `fault-had-no-effect` when they cannot prove
    it. `fired` asks a fault that lies in wait (a rule of the tap) whether it has struck.
    """

    broker: int | None
    """Whom it hit, once it was injected; None when that is no single broker."""

    lasting: bool
    """True when it holds until it is healed, False when it is over once it was done."""

    def inject(self, run: RunState) -> dict[str, Any]:
        """Do it and return the proof."""

    def heal(self, run: RunState) -> dict[str, Any]:
        """Undo it, where it can be undone, and return the proof."""


class Lurking(Protocol):
    """What a fault that waits for its moment has besides."""

    def fired(self, run: RunState) -> bool:
        """Whether it has struck as often as it was told to."""

    def struck(self, run: RunState) -> dict[str, Any]:
        """The proof, once it has struck."""


FAULTS: dict[str, Callable[[Mapping[str, Any]], Fault]] = {
    "dir_unwritable": DirUnwritable,
    "disk_full": DiskFull,
    "failing_fsync": FailingFsync,
    "hold_replication": HoldReplication,
    "isolate_broker": IsolateBroker,
    "kill_broker": KillBroker,
    "kill_brokers": KillBrokers,
    "kill_program": KillProgram,
    "kill_program_at": KillProgramAt,
    "late_acknowledgement": LateAcknowledgement,
    "late_commit": LateCommit,
    "late_end_txn": LateEndTxn,
    "limit_bandwidth": LimitBandwidth,
    "lose_packets": LosePackets,
    "lost_acknowledgement": LostAcknowledgement,
    "lost_end_txn": LostEndTxn,
    "lost_heartbeats": LostHeartbeats,
    "overtaken_batch": OvertakenBatch,
    "partition_brokers": PartitionBrokers,
    "pause_broker": PauseBroker,
    "pause_program": PauseProgram,
    "refuse_clients": RefuseClients,
    "reset_after_append": ResetAfterAppend,
    "reset_connections": ResetConnections,
    "restart_broker": RestartBroker,
    "silent_broker": SilentBroker,
    "slow_broker": SlowBroker,
    "slow_fsync": SlowFsync,
    "slow_link": SlowLink,
    "start_broker": StartBroker,
    "starve_cpu": StarveCpu,
}
