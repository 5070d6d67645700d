"""Fans an attempt's stream out to its open pages: one reader a process and attempt.

A page needs no replay of what it missed. The reader folds every event of the stream into one
state, and what is sent is the newest drawing of each part of the page; so a page that was away,
came late, or lost its server is right again with the first frame, and nothing shows twice.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
import time
from typing import Any

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings

from attempts.live import LiveState
from attempts.sections import draw_sections
from attempts.status import Status, read_status
from attempts.stream import Entry, entry_of, stream_key

log = logging.getLogger(__name__)

FRAME_EVERY_S = 0.2
BLOCK_MS = 1000
LOOK_EVERY_S = 1.0
READ = 1000
TRY_AGAIN_AFTER_S = 0.5


class Watcher:
    """One open page. Frames it has not taken yet are merged, so a slow page costs no memory."""

    def __init__(self) -> None:
        self._parts: dict[str, str] = {}
        self._id = "0-0"
        self._over = False
        self._news = asyncio.Event()

    def put(self, entry_id: str, parts: dict[str, str], over: bool) -> None:
        """Hand over parts that changed, drawn after the event of that id."""
        self._parts.update(parts)
        self._id, self._over = entry_id, over
        self._news.set()

    async def frame(self) -> tuple[str, dict[str, str], bool]:
        """Wait for news; the newest id, the parts that changed, whether the attempt is over."""
        await self._news.wait()
        self._news.clear()
        parts, self._parts = self._parts, {}
        return self._id, parts, self._over


class Hub:
    """The reader of one attempt's stream, alive while a page of this process watches."""

    _open: dict[int, Hub] = {}

    def __init__(self, attempt_id: int, uid: str) -> None:
        self.attempt_id, self._key = attempt_id, stream_key(uid)
        self._watchers: set[Watcher] = set()
        self._live, self._last_id = LiveState(), "0-0"
        self._status: Status | None = None
        self._looked_at = 0.0
        self._parts: dict[str, str] = {}
        self._task: asyncio.Task[None] | None = None

    @classmethod
    def join(cls, attempt_id: int, uid: str) -> tuple[Hub, Watcher]:
        """Watch an attempt. Awaits nothing, so that many joins at once start one reader."""
        hub = cls._open.setdefault(attempt_id, cls(attempt_id, uid))
        watcher = Watcher()
        hub._watchers.add(watcher)
        if hub._task is None:
            # A context of its own: the request that came first ends long before the reader.
            hub._task = asyncio.create_task(hub._run(), context=contextvars.Context())
        elif hub._parts:
            watcher.put(hub._last_id, dict(hub._parts), hub._is_over())
        return hub, watcher

    def leave(self, watcher: Watcher) -> None:
        """Stop watching; the last one out ends the reader."""
        self._watchers.discard(watcher)
        if not self._watchers and self._task:
            self._task.cancel()
            self._task = None
            self._open.pop(self.attempt_id, None)

    async def _run(self) -> None:
        async with _connect() as client:
            while not self._is_over():
                try:
                    await self._take_news(client)
                except redis.RedisError as unreachable:
                    log.warning("attempt %s: no live view: %s", self.attempt_id, unreachable)
                    await asyncio.sleep(TRY_AGAIN_AFTER_S)
                try:
                    await self._look()
                    self._show()
                except Exception:
                    # One event that cannot be drawn must not stop the page for good.
                    log.exception("attempt %s: a frame could not be drawn", self.attempt_id)
                await asyncio.sleep(FRAME_EVERY_S)

    async def _take_news(self, client: Any) -> None:
        """Take all events since the last, waiting a second for one when there is none."""
        block = None if self._status is None else BLOCK_MS
        while True:
            found = await client.xread({self._key: self._last_id}, READ, block)
            rows = found[0][1] if found else []
            for entry_id, fields in rows:
                self._take(entry_of(entry_id, fields))
            if len(rows) < READ:
                return

    def _take(self, entry: Entry) -> None:
        self._last_id = entry.id
        self._live.take_entry(entry)
        if entry.kind in ("settled", "restarted", "report"):
            self._looked_at = 0.0  # The row has news.

    async def _look(self) -> None:
        """Read the row, at most once a second: queue place, cancel, verdict."""
        if time.monotonic() - self._looked_at < LOOK_EVERY_S:
            return
        self._looked_at = time.monotonic()
        read = sync_to_async(read_status, thread_sensitive=False)
        self._status = await read(self.attempt_id)

    def _show(self) -> None:
        if self._status is None:
            return
        drawn = draw_sections(self._live, self._status)
        changed = {key: html for key, html in drawn.items() if self._parts.get(key) != html}
        self._parts = drawn
        if changed or self._is_over():
            for watcher in self._watchers:
                watcher.put(self._last_id, changed, self._is_over())

    def _is_over(self) -> bool:
        return self._status is not None and not self._status.is_open


def _connect() -> Any:
    # redis-py gives a blocked XREAD five seconds by default and then raises.
    return redis.asyncio.Redis.from_url(
        settings.REDIS_URL, decode_responses=True, socket_timeout=20, socket_connect_timeout=2
    )


def frame_bytes(entry_id: str, parts: dict[str, str]) -> bytes:
    """A frame as server-sent event; JSON keeps it on one line."""
    return f"id: {entry_id}\nevent: frame\ndata: {json.dumps(parts)}\n\n".encode()
