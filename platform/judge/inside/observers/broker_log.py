"""When a broker's log last told of a stir: an election, a fencing, a change of an ISR."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

TAIL_BYTES = 64 << 10

_STIR = re.compile(
    rb"^\[([0-9-]+.[0-9:]+),(\d+)\] .*"
    rb"\((?:kafka\.cluster\.Partition"
    rb"|org\.apache\.kafka\.raft\.QuorumState"
    rb"|org\.apache\.kafka\.controller\.(?:QuorumController|ClusterControlManager)"
    rb"|org\.apache\.kafka\.server\.BrokerLifecycleManager)\)$",
    re.MULTILINE,
)
"""Lines of the loggers that log4j2.properties lets speak of the cluster's life."""


def last_stir(log: Path) -> float:
    """Wall-clock seconds of the last such line in the end of `log`; 0.0 when there is none.

    A sandbox has no /etc/localtime, so its brokers write UTC.
    """
    with log.open("rb") as lines:
        size = lines.seek(0, 2)
        lines.seek(max(0, size - TAIL_BYTES))
        found = _STIR.findall(lines.read())
    if not found:
        return 0.0
    stamp, millis = found[-1]
    moment = datetime.fromisoformat(stamp.decode("ascii").replace("T", " ")).replace(tzinfo=UTC)
    return moment.timestamp() + int(millis) / 1000
