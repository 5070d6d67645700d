"""What a worker process does beside its tasks: says that it is there, and warms sandboxes."""

from __future__ import annotations

import logging
import socket
import threading
from typing import Any

from celery import bootsteps

log = logging.getLogger(__name__)

SAY_EVERY_S = 15


class HostStep(bootsteps.StartStopStep):
    """Starts and stops with the worker; `config.celery` adds it by name.

    Models are imported when it starts, since the step is named before Django is set up.
    """

    requires = {"celery.worker.components:Pool"}

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        super().__init__(parent, **kwargs)

    def start(self, parent: Any) -> None:
        """Begin the two threads; neither holds up the first task."""
        for work in (lambda: self._say(parent.concurrency), self._warm):
            thread = threading.Thread(target=work, name="host", daemon=True)
            thread.start()
            self._threads.append(thread)

    def stop(self, parent: Any) -> None:
        """End the warm sandboxes and say good-bye, so that nobody counts on this host."""
        from attempts.engine import close_pool

        self._over.set()
        close_pool()

    def terminate(self, parent: Any) -> None:
        """Told to end at once: what still runs goes back into the queue, at no cost to anybody.

        Without this it would wait until its lease runs out.
        """
        from attempts.lease import hand_back
        from attempts.owners import owner_prefix

        hand_back(owner_prefix())
        self.stop(parent)

    def _say(self, slots: int) -> None:
        from django.db import DatabaseError, connection
        from django.utils import timezone

        from attempts.models import WorkerHost

        host = socket.gethostname()
        while True:
            try:
                WorkerHost.objects.update_or_create(
                    host=host, defaults={"slots": slots, "seen_at": timezone.now()}
                )
                if self._over.wait(SAY_EVERY_S):
                    WorkerHost.objects.filter(host=host).delete()
                    break
            except DatabaseError as wrong:
                log.warning("host %s could not say that it is there: %s", host, wrong)
                # As in the heartbeat: a broken connection is replaced by nobody else.
                connection.close()
                if self._over.wait(SAY_EVERY_S):
                    break
        connection.close()

    def _warm(self) -> None:
        from attempts.engine import warm_pool
        from judge.errors import JudgeError

        try:
            warm_pool()
        except JudgeError as wrong:
            # The first attempt meets the same error and reports it to somebody who can read it.
            log.warning("no sandbox could be warmed: %s", wrong)
