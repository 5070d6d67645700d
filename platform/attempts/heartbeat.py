"""Keeps a lease while a run lasts, and tells the run to stop when the lease is lost."""

from __future__ import annotations

import logging
import threading
from types import TracebackType

from django.db import DatabaseError, connection

from attempts.lease import BEAT_EVERY_S, Lease, beat

log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
"""How often a cancel is looked for: a learner who cancels waits at most this long."""


class Heartbeat:
    """A thread beside the run. `should_stop` is what the engine asks between two steps."""

    def __init__(self, lease: Lease, every_s: float = min(BEAT_EVERY_S, LOOK_EVERY_S)) -> None:
        self._lease, self._every_s = lease, every_s
        self._over, self._lost = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    def should_stop(self) -> bool:
        """Whether the lease is lost or a cancel was asked for."""
        return self._lost.is_set()

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        try:
            while not self._over.wait(self._every_s):
                try:
                    if not beat(self._lease):
                        self._lost.set()
                        return
                except DatabaseError as wrong:
                    # A database that is away for a moment is no reason to end a good run: the
                    # fence at the end decides.
                    log.warning("no heartbeat for attempt %s: %s", self._lease.attempt_id, wrong)
                    # Nobody replaces a broken connection but whoever closes it: without this no
                    # later beat would get through either, and the lease would run out.
                    connection.close()
        finally:
            connection.close()
