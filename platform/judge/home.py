"""Where everything that is installed or kept lives: one data directory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Home:
    """The data directory and the places in it. Nothing here creates or reads anything."""

    path: Path

    @property
    def kafka(self) -> Path:
        """Jars, logging configuration, class archive: read-only once installed."""
        return self.path / "kafka"

    @property
    def learner_runtime(self) -> Path:
        """A virtual environment that holds the Kafka client and nothing of the platform."""
        return self.path / "runtime"

    @property
    def histories(self) -> Path:
        """Stored histories, one file an attempt."""
        return self.path / "histories"

    @property
    def run(self) -> Path:
        """Sockets, pid files and generated configuration of a running Faultline."""
        return self.path / "run"

    @property
    def logs(self) -> Path:
        """Logs of the web server, the worker and Redis."""
        return self.path / "logs"


def find_home(data: str | None = None) -> Home:
    """The data directory: `data`, else FAULTLINE_DATA, else the place customary for this user.

    Root gets /var/lib/faultline, since sandboxes run as other users who cannot enter /root.
    """
    chosen = data or os.environ.get("FAULTLINE_DATA")
    if chosen:
        return Home(Path(chosen).expanduser().resolve())
    if os.geteuid() == 0:
        return Home(Path("/var/lib/faultline"))
    share = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Home(Path(share) / "faultline")
