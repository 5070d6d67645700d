"""The tap's loop: one thread, one epoll, all connections of the program to all brokers."""

from __future__ import annotations

import select
import socket
import struct
from collections import Counter
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Literal

from judge.inside.tap.connection import Connection
from judge.inside.tap.evidence import Evidence
from judge.inside.tap.guard import Guard
from judge.inside.tap.listeners import Listeners
from judge.inside.tap.loop import Loop
from judge.inside.tap.pair import Pair
from judge.inside.tap.places import Places
from judge.inside.tap.seam import Line, Rules
from judge.inside.tap.splice import Splice

MOST_CONNECTIONS = 1000
"""A client opens one or two a broker. Beyond this, new ones are reset at once."""

MOST_HELD_BYTES = 64 << 20
"""All unfinished frames and queues together. The connection that goes beyond it is reset."""

_IDLE_FLUSH_S = 0.02
_RESET = struct.pack("ii", 1, 0)
_SUPERVISOR = "supervisor"

Mode = Literal["full", "splice"]
"""Whether frames are read, or bytes pass as they are and leave no evidence."""


class Proxy:
    """Accepts, dials, and drives connections until `run` is told to stop.

    Args:
        places: where to listen and where to dial.
        evidence: what records the traffic.
    """

    def __init__(self, places: Places, evidence: Evidence) -> None:
        self._places, self._evidence = places, evidence
        self._rules: Rules | None = None
        self.guard = Guard(evidence.name_of)
        """What refuses requests on connections that are read."""
        self._loop = Loop(evidence.now_s)
        self._doors = Listeners(
            places, self._opened, lambda listener: self._loop.forget(listener.fileno())
        )
        self.mode: Mode = "full"
        """What is made of connections that are accepted from now on."""
        self._connections: set[Pair] = set()
        self._held: dict[Pair, int] = {}
        self._held_bytes = 0
        self._accepted = 0
        self._spliced_closed = [0, 0]
        self._closed: Counter[str] = Counter()
        self._bugs: Counter[str] = Counter()

    def obey(self, rules: Rules) -> None:
        """Let `rules` see all connections that are accepted from now on."""
        self._rules = rules

    def lines(self) -> list[Line]:
        """The connections that are open now."""
        return [connection for connection in self._connections if connection.is_open]

    def after(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, whatever becomes of the connections."""

        def act() -> None:
            try:
                do()
            except Exception as error:  # nobody waits for it who could be told
                self._note_bug(error)
            self.refresh_all()

        self._loop.timers.after(delay_s, act)

    def later(self, connection: Pair, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, unless `connection` has closed by then."""
        self._loop.timers.after(delay_s, lambda: self._act(connection, do))

    def refresh_all(self) -> None:
        """Send what a command has queued, and bring epoll up to date with all connections."""
        for connection in list(self._connections):
            connection.flush()
            self._refresh(connection)

    def watch(self, fd: int, handler: Callable[[], None]) -> None:
        """Call `handler` whenever `fd` can be read or has hung up."""
        self._loop.register(fd, select.EPOLLIN, lambda _mask: handler())

    def run(self) -> None:
        """Serve for ever; whoever ends it ends the process."""
        evidence = self._evidence
        self._loop.run(evidence.flush, lambda: _IDLE_FLUSH_S if evidence.unflushed else None)

    def broker_up(self, broker: int) -> list[Any]:
        """Listen in the broker's stead and return the address; harmless when it already does.

        While a rule refuses the broker's connections, this only takes effect after the rule.
        """
        return list(self._doors.open(broker, _SUPERVISOR))

    def broker_down(self, broker: int) -> None:
        """Stop listening: the program's next connect is refused, as by a dead broker."""
        self._doors.shut(broker, _SUPERVISOR)

    def shut(self, broker: int, rule: Hashable) -> str:
        """Stop listening on a rule's behalf; what a connect now gets. Raises KeyError."""
        self._doors.shut(broker, rule)
        return self._doors.connect_result(broker)

    def open_again(self, broker: int, rule: Hashable) -> None:
        """Listen again, unless the supervisor or another rule keeps the broker shut."""
        self._doors.open(broker, rule)

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
            "refused": dict(self.guard.refused),
            "spliced_bytes": dict(zip(("requests", "responses"), self._spliced, strict=True)),
        }

    def _opened(self, broker: int, listener: socket.socket) -> None:
        self._loop.register(
            listener.fileno(), select.EPOLLIN, lambda _mask: self._accept(broker, listener)
        )

    @property
    def _spliced(self) -> list[int]:
        now_open = [c.read_bytes for c in self._connections if isinstance(c, Splice)]
        return [sum(column) for column in zip(self._spliced_closed, *now_open, strict=True)]

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
        connection = self._pair(broker, program, upstream)
        self._connections.add(connection)
        if self._rules is not None:
            self._rules.meet(connection)
        self._refresh(connection)

    def _pair(self, broker: int, program: socket.socket, upstream: socket.socket) -> Pair:
        if self.mode == "splice":
            clock = self._evidence.now_s
            return Splice(self._accepted, broker, program, upstream, clock, self.later)
        return Connection(
            self._accepted, broker, program, upstream, self._evidence, self._rules, self.later,
            self.guard,
        )  # fmt: skip

    def _turn_away(self, program: socket.socket, why: str) -> None:
        self._closed[why] += 1
        program.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        program.close()

    def _drive(self, connection: Pair, fd: int, mask: int) -> None:
        self._guarded(connection, lambda: connection.on_event(fd, mask))

    def _act(self, connection: Pair, do: Callable[[], None]) -> None:
        if connection.is_open:
            self._guarded(connection, do)
            connection.flush()
            self._refresh(connection)

    def _guarded(self, connection: Pair, do: Callable[[], None]) -> None:
        try:
            do()
        except Exception as error:  # one connection's bug must not take the tap down
            self._note_bug(error)
            connection.reset("tap-bug")
        self._refresh(connection)

    def _note_bug(self, error: Exception) -> None:
        where = error.__traceback__
        while where is not None and where.tb_next is not None:
            where = where.tb_next
        line = f"{where.tb_frame.f_code.co_qualname}:{where.tb_lineno}" if where else ""
        self._bugs[f"{type(error).__name__}: {error} at {line}"[:200]] += 1

    def _refresh(self, connection: Pair) -> None:
        """Bring epoll and the memory account up to date with what the connection wants now."""
        self._account(connection)
        if connection.closed is None and self._held_bytes > MOST_HELD_BYTES:
            connection.reset("too-much-held")
            self._account(connection)
        for fd, mask in zip(connection.fds, connection.wanted(), strict=True):
            if mask:
                self._loop.register(fd, mask, partial(self._drive, connection, fd))
            else:
                self._loop.forget(fd)
        if connection.closed is not None and connection in self._connections:
            self._connections.discard(connection)
            if isinstance(connection, Splice):
                for side, count in enumerate(connection.read_bytes):
                    self._spliced_closed[side] += count
            self._closed[connection.closed.split(":", 1)[0]] += 1

    def _account(self, connection: Pair) -> None:
        held = connection.held_bytes if connection.closed is None else 0
        self._held_bytes += held - self._held.get(connection, 0)
        if held:
            self._held[connection] = held
        else:
            self._held.pop(connection, None)
