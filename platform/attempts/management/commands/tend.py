"""Tends the queue: takes back what silent workers held, and hints again at what nobody heard."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from attempts.reaper import reap
from attempts.relay import relay


class Command(BaseCommand):
    """`manage.py tend` runs until it is told to stop; `--once` does one round."""

    help = "Tend the queue of attempts: requeue what silent workers held, resend lost hints."

    def add_arguments(self, parser: CommandParser) -> None:
        """--once and --every."""
        parser.add_argument("--once", action="store_true", help="do one round and end")
        parser.add_argument("--every", type=float, default=2.0, help="seconds between two rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Rounds are idempotent: several of these processes do no harm to each other."""
        over = threading.Event()
        if not options["once"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: over.set())
        while True:
            self._round()
            if options["once"] or over.wait(options["every"]):
                return

    def _round(self) -> None:
        try:
            taken, sent = reap(), relay()
        except DatabaseError as wrong:
            self.stderr.write(f"the database cannot be used: {wrong}")
        else:
            if taken or sent:
                self.stdout.write(f"took back {taken}, hinted at {sent}")
        close_old_connections()
