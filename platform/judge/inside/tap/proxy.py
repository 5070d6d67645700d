"""The tap's loop: one thread, one epoll, all connections of the program to all brokers."""

from __future__ import annotations

import select
import socket
import struct
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

from judge.inside.tap.connection import Connection
from judge.inside.tap.evidence import Evidence
from judge.inside.tap.places import Address, Places
from judge.inside.tap.seam import Rules, Wire
from judge.inside.tap.timers import Timers

MOST_CONNECTIONS = 1000
"""A client opens one or two a broker. Beyond this, new ones are reset at once."""

MOST_HELD_BYTES = 64 << 20
"""All unfinished frames and queues together. The connection that goes beyond it is reset."""

_IDLE_FLUSH_S = 0.02
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Accepts, dials, and drives connections until `run` is told to stop.

    Args:
        places: where to listen and where to dial.
        evidence: what records the traffic.
    """

    def __init__(self, places: Places, evidence: Evidence) -> None:
        self._places, self._evidence = places, evidence
        self._rules: Rules | None = None
        self._timers = Timers(evidence.now_s)
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[int], None]] = {}
        self._masks: dict[int, int] = {}
        self._listeners: dict[int, socket.socket] = {}
        self._addresses: dict[int, Address] = {}
        self._connections: set[Connection] = set()
        self._held: dict[Connection, int] = {}
        self._held_bytes = 0
        self._accepted = 0
        self._closed: Counter[str] = Counter()
        self._bugs: Counter[str] = Counter()

    def obey(self, rules: Rules) -> None:
        """Let `rules` see all connections that are accepted from now on."""
        self._rules = rules

    def wires(self) -> list[Wire]:
        """The connections that are open now."""
        return [connection for connection in self._connections if connection.is_open]

    def later(self, connection: Connection, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, unless `connection` has closed by then."""
        self._timers.after(delay_s, lambda: self._act(connection, do))

    def refresh_all(self) -> None:
        """Send what a command has queued, and bring epoll up to date with all connections."""
        for connection in list(self._connections):
            connection.flush()
            self._refresh(connection)

    def watch(self, fd: int, handler: Callable[[], None]) -> None:
        """Call `handler` whenever `fd` can be read or has hung up."""
        self._register(fd, select.EPOLLIN, lambda _mask: handler())

    def run(self) -> None:
        """Serve for ever; whoever ends it ends the process."""
        while True:
            ready = self._epoll.poll(self._patience_s())
            if not ready:
                self._evidence.flush()
            self._timers.run_due()
            for fd, mask in ready:
                handler = self._handlers.get(fd)
                if handler is not None:
                    handler(mask)

    def broker_up(self, broker: int) -> list[Any]:
        """Listen in the broker's stead and return the address; harmless when it already does."""
        if broker not in self._listeners:
            listener = self._places.listener(broker, self._addresses.get(broker))
            self._listeners[broker] = listener
            # A port that the kernel chose must be the same when the broker comes back.
            self._addresses[broker] = listener.getsockname()
            self._register(
                listener.fileno(), select.EPOLLIN, lambda _mask: self._accept(broker, listener)
            )
        return list(self._addresses[broker])

    def broker_down(self, broker: int) -> None:
        """Stop listening: the program's next connect is refused, as by a dead broker."""
        listener = self._listeners.pop(broker, None)
        if listener is not None:
            self._forget(listener.fileno())
            listener.close()

    def close_all(self, why: str) -> None:
        """Close every connection and settle what was open on them."""
        for connection in list(self._connections):
            connection.reset(why)
            self._refresh(connection)

    def figures(self) -> dict[str, Any]:
        """Counts since the start: connections, why they ended, and bugs of ours."""
        return {
            "accepted": self._accepted,
            "open": len(self._connections),
            "held_bytes": self._held_bytes,
            "closed": dict(self._closed),
            "bugs": dict(self._bugs),
        }

    def _accept(self, broker: int, listener: socket.socket) -> None:
        try:
            program, _ = listener.accept()
        except OSError:
            return  # it went away before we came
        self._accepted += 1
        if len(self._connections) >= MOST_CONNECTIONS:
            self._turn_away(program, "too-many-connections")
            return
        program.setblocking(False)
        program.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            upstream = self._places.dialled(broker)
        except OSError:
            self._turn_away(program, "broker-unreachable")
            return
        connection = Connection(
            self._accepted, broker, program, upstream, self._evidence, self._rules, self.later
        )
        self._connections.add(connection)
        if self._rules is not None:
            self._rules.meet(connection)
        self._refresh(connection)

    def _turn_away(self, program: socket.socket, why: str) -> None:
        self._closed[why] += 1
        program.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        program.close()

    def _patience_s(self) -> float | None:
        due_s = self._timers.wait_s()
        if not self._evidence.unflushed:
            return due_s
        return _IDLE_FLUSH_S if due_s is None else min(due_s, _IDLE_FLUSH_S)

    def _drive(self, connection: Connection, fd: int, mask: int) -> None:
        self._guarded(connection, lambda: connection.on_event(fd, mask))

    def _act(self, connection: Connection, do: Callable[[], None]) -> None:
        if connection.is_open:
            self._guarded(connection, do)
            connection.flush()
            self._refresh(connection)

    def _guarded(self, connection: Connection, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # one connection's bug must not take the tap down
            where = error.__traceback__
            while where is not None and where.tb_next is not None:
                where = where.tb_next
            line = f"{where.tb_frame.f_code.co_qualname}:{where.tb_lineno}" if where else ""
            self._bugs[f"{type(error).__name__}: {error} at {line}"[:200]] += 1
            connection.reset("tap-bug")
        self._refresh(connection)

    def _refresh(self, connection: Connection) -> None:
        """Bring epoll and the memory account up to date with what the connection wants now."""
        self._account(connection)
        if connection.closed is None and self._held_bytes > MOST_HELD_BYTES:
            connection.reset("too-much-held")
            self._account(connection)
        for fd, mask in zip(connection.fds, connection.wanted(), strict=True):
            if mask:
                self._register(fd, mask, partial(self._drive, connection, fd))
            else:
                self._forget(fd)
        if connection.closed is not None and connection in self._connections:
            self._connections.discard(connection)
            self._closed[connection.closed.split(":", 1)[0]] += 1

    def _account(self, connection: Connection) -> None:
        held = connection.held_bytes if connection.closed is None else 0
        self._held_bytes += held - self._held.get(connection, 0)
        if held:
            self._held[connection] = held
        else:
            self._held.pop(connection, None)

    def _register(self, fd: int, mask: int, handler: Callable[[int], None]) -> None:
        known = self._masks.get(fd)
        if known == mask:
            return
        if known is None:
            self._epoll.register(fd, mask)
        else:
            self._epoll.modify(fd, mask)
        self._masks[fd], self._handlers[fd] = mask, handler

    def _forget(self, fd: int) -> None:
        self._handlers.pop(fd, None)
        if self._masks.pop(fd, None) is not None:
            try:
                self._epoll.unregister(fd)
            except (OSError, ValueError):
                return  # closing it took it out already
