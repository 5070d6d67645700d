"""The operations of a run on the caller's side: written down as they come, kept for the judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from judge.errors import JudgeError
from judge.history import Op, op_from_dict


class Recording:
    """A growing history. Writing it line by line while brokers work costs nobody any time;
    a hundred thousand operations written at the end cost 0.4 s of waiting for a verdict.

    The file has the bytes that `judge.history.write_history` would give. It is made with the
    first operation.
    """

    def __init__(self, path: Path | None) -> None:
        self.ops: list[Op] = []
        self._path = path
        self._out: IO[str] | None = None

    def take(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append operations as they come from a sandbox.

        Raises JudgeError `history-not-written`, once: what follows is then kept in memory alone.
        """
        rows = list(rows)
        self.ops.extend(op_from_dict(dict(row)) for row in rows)
        self._write(rows)

    def close(self, last: Op) -> None:
        """Append the last operation and finish the file. Raises JudgeError as `take` does."""
        self.ops.append(last)
        self._write([last.to_dict()], finish=True)

    def _write(self, rows: Iterable[Mapping[str, Any]], *, finish: bool = False) -> None:
        if self._path is None:
            return
        try:
            if self._out is None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._out = self._path.open("w", encoding="utf-8")
            for row in rows:
                self._out.write(json.dumps(row, separators=(",", ":"), sort_keys=True) + "\n")
            if finish:
                self._out.close()
                self._path = None
        except OSError as wrong:
            path, self._path = self._path, None
            why = wrong.strerror or str(wrong)
            raise JudgeError("history-not-written", f"{path}: {why}") from None
