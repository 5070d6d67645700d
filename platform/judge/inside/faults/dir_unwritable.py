"""Takes a broker's right to make files in its log directory, as a remount read-only would."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

from judge.inside.faults.broken_log_dir import BrokenLogDir
from judge.inside.proving import prove
from judge.inside.run_state import RunState

READ_ONLY, WRITABLE = 0o500, 0o700


class DirUnwritable(BrokenLogDir):
    """No directory of the log directory may be written to. Files that are open can still grow.

    A remount read-only is refused while files are open for writing, and always are; and a mode
    binds root only without capabilities, which brokers are started without.
    """

    words = ("Permission denied", "AccessDeniedException")

    def spoil(self, run: RunState, log_dir: Path) -> dict[str, Any]:
        """Change the modes; proved by the modes. That they bind is proved by the broker's end."""
        folders = _folders(log_dir)
        for folder in folders:
            folder.chmod(READ_ONLY)
        modes = {stat.S_IMODE(folder.stat().st_mode) for folder in folders}
        prove(run, lambda: modes == {READ_ONLY}, 0, "the directory's mode did not change")
        return {"mode": f"{READ_ONLY:o}", "directories": len(folders)}

    def mend(self, log_dir: Path) -> dict[str, Any]:
        """Give the right back."""
        for folder in _folders(log_dir):
            folder.chmod(WRITABLE)
        return {"mode": f"{WRITABLE:o}"}


def _folders(log_dir: Path) -> list[Path]:
    """The log directory and every partition's, as they are now: a topic may be deleted."""
    return [log_dir, *(path for path in log_dir.iterdir() if path.is_dir())]
