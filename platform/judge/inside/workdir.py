"""The folders of one run of a learner's program: its files, commands, own /tmp, an empty one."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from judge.errors import JudgeError
from judge.inside.limits import TMP_FILES, Limits
from judge.inside.namespaces import mount_tmpfs, unmount

_RUNS = Path("/run/jails")
_numbers = itertools.count(1)
_FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")


class Workdir:
    """Folders that exist from construction to `remove`, inside the sandbox's memory.

    The learner writes to `tmp` alone, and nothing of ours ever opens a path in it: the trusted
    side touching what a learner can write to is how other judges were escaped from.
    """

    def __init__(
        self, files: Mapping[str, bytes], limits: Limits, commands: Mapping[str, str] | None = None
    ) -> None:
        """Write `files` and mount an empty `tmp`. Raises JudgeError on a name that is a path.

        `commands` fill the folder `bin`: see `judge.inside.programs.kind.Launch`.
        """
        self._root = _RUNS / str(next(_numbers))
        self.work, self.tmp = self._root / "work", self._root / "tmp"
        self.nothing, self.bin = self._root / "nothing", self._root / "bin"
        for folder in (self.work, self.tmp, self.nothing, self.bin):
            folder.mkdir(parents=True)
        for name, body in files.items():
            if not _FILE_NAME.fullmatch(name):
                raise JudgeError("bad-file-name", f"{name!r} cannot name a file of a program.")
            (self.work / name).write_bytes(body)
            (self.work / name).chmod(0o444)
        for name, what in (commands or {}).items():
            self._command(name, what)
        mount_tmpfs(self.tmp, limits.tmp_bytes, TMP_FILES, mode=0o1777)

    def _command(self, name: str, what: str) -> None:
        arrow, _, target = what.partition("-> ")
        if not arrow:
            (self.bin / name).symlink_to(target)
            return
        (self.bin / name).write_text(what, encoding="utf-8")
        (self.bin / name).chmod(0o555)

    def remove(self) -> None:
        """Give all of it back; what the learner left is never looked at."""
        unmount(self.tmp)
        shutil.rmtree(self._root, ignore_errors=True)
