"""The operation `probe`: shows that this sandbox can cut a connection and jail a program."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.inside.jail import Program
from judge.inside.limits import Limits
from judge.inside.network import CLIENT_PORT, PLATFORM_IP, Network, broker_ip
from judge.inside.programs.python import Python
from judge.inside.stage import Stage

_SYSTEM = Path("/usr")
"""Its Python runs the trial, so that a machine can be probed before the learner's is built."""

_SILENT_S = 0.3
_CUT = "probe"


def probe(stage: Stage) -> dict[str, Any]:
    """Try both and return {"dropped": packets the cut held}. Raises JudgeError."""
    dropped = _probe_cut(stage.network)
    said: list[str] = []
    trial = Program(
        {"main.py": b"print('jailed')\n"},
        ["main.py"],
        Limits(wall_s=20),
        lambda _stream, text, _t: said.append(text),
        network=stage.network,
        kind=Python(_SYSTEM),
    ).start()
    end = trial.wait()
    if end is None or said != ["jailed"]:
        raise JudgeError("jail-does-not-work", "A program could not be jailed.", "\n".join(said))
    return {"dropped": dropped}


def _probe_cut(network: Network) -> int:
    first = next(iter(network.broker_ns))
    if _connects(first) != "refused":
        raise JudgeError("network-failed", "The bridge does not carry packets.")
    network.cut(_CUT, [f"ip saddr {PLATFORM_IP} ip daddr {broker_ip(first)} tcp dport 9092"])
    try:
        silent, dropped = _connects(first) == "silent", network.dropped(_CUT)
    finally:
        network.heal(_CUT)
    if not silent or dropped == 0:
        raise JudgeError("cut-failed", "nft accepted a rule on the bridge, but it drops nothing.")
    return dropped


def _connects(broker: int) -> str:
    with socket.socket() as wire:
        wire.settimeout(_SILENT_S)
        try:
            wire.connect((broker_ip(broker), CLIENT_PORT))
        except ConnectionRefusedError:
            return "refused"  # nobody listens, and the packets went there and back to say so
        except TimeoutError:
            return "silent"
        return "answered"
