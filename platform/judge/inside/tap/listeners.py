"""The tap's doors: one listener for each broker that may be reached at this moment."""

from __future__ import annotations

import socket
from collections.abc import Callable, Hashable

from judge.inside.tap.places import Address, Places


class Listeners:
    """Opens and closes listeners. A door is open while nobody keeps it shut.

    Args:
        places: where the listeners live.
        opened: told of each new listener and its broker.
        closing: told of each listener that is about to be closed.
    """

    def __init__(
        self,
        places: Places,
        opened: Callable[[int, socket.socket], None],
        closing: Callable[[socket.socket], None],
    ) -> None:
        self._places, self._opened, self._closing = places, opened, closing
        self._listeners: dict[int, socket.socket] = {}
        self._addresses: dict[int, Address] = {}
        self._shut: set[tuple[int, Hashable]] = set()

    def open(self, broker: int, who: Hashable) -> Address:
        """Undo `shut` by `who`; where the broker is found, now or once it is open again."""
        self._shut.discard((broker, who))
        if broker not in self._listeners and not self._is_shut(broker):
            self._listen(broker)
        return self._addresses[broker]

    def shut(self, broker: int, who: Hashable) -> None:
        """Refuse new connections until `who` opens again, as the kernel of a dead broker would."""
        self._shut.add((broker, who))
        listener = self._listeners.pop(broker, None)
        if listener is not None:
            self._closing(listener)
            listener.close()

    def connect_result(self, broker: int) -> str:
        """What a program that connects now gets: ECONNREFUSED or open. Raises KeyError."""
        return self._places.connect_result(self._addresses[broker])

    def _is_shut(self, broker: int) -> bool:
        return any(number == broker for number, _ in self._shut)

    def _listen(self, broker: int) -> None:
        listener = self._places.listener(broker, self._addresses.get(broker))
        self._listeners[broker] = listener
        # A port that the kernel chose must be the same when the broker comes back.
        self._addresses[broker] = listener.getsockname()
        self._opened(broker, listener)
