"""The seam between connections and rules: what a rule sees, and what it may do to a connection."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Literal, Protocol

from judge.inside.tap.exchanges import Exchange

Direction = Literal["request", "response"]
"""From the program to the broker, or back."""


class Line(Protocol):
    """One open connection of the program, whether its bytes are read or not."""

    number: int
    broker: int
    client_id: str | None
    """What the program calls itself; None before its first request."""

    @property
    def is_open(self) -> bool:
        """Whether anything can still pass."""

    def reset(self, why: str) -> None:
        """Break the connection on both sides; all that is open on it settles with `why`."""

    def hold(self, direction: Direction, holder: Hashable) -> None:
        """Let nothing more pass in that direction until every holder has released."""

    def release(self, direction: Direction, holder: Hashable) -> None:
        """Let pass what `holder` alone kept back."""

    def slow(
        self, direction: Direction, holder: Hashable, delay_s: Callable[[], float] | None
    ) -> None:
        """Delay that direction from now on, each piece by what `delay_s` gives; None ends it."""

    def later(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, unless the connection has closed by then."""


class Wire(Line, Protocol):
    """One open connection whose frames are read, as far as a rule may touch it."""

    def to_broker(self, frame: memoryview) -> None:
        """Send this towards the broker, after all that was sent before."""

    def to_program(self, frame: memoryview, exchange: Exchange) -> None:
        """The response to `exchange`: sent once all earlier requests have theirs."""

    def withhold(self, exchange: Exchange) -> None:
        """The broker will not see this request. Its place in the order of answers is kept."""

    def give_up(self, exchange: Exchange, why: str) -> None:
        """No response to `exchange` will be delivered: write its rows with `why`."""


class Rule(Protocol):
    """Sees whole frames of the APIs it names, and returns True for one that it took.

    A taken frame is the rule's to send, change, hold or drop. A request that was taken and will
    not reach the broker must be given up or withheld, or the next response would be matched to
    it. A response that was taken is passed on by `to_program` or given up.
    """

    apis: frozenset[int]
    lasts_s: float | None
    """When it ends by itself, in seconds after it was added."""

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """A request is about to be passed on; its exchange is already expected."""

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """A response is about to be passed on; its results are already noted."""

    def meet(self, line: Line) -> None:
        """A connection was opened, or its client has just said its name; called at each."""

    def begin(self, doors: Doors) -> None:
        """The rule was added; connections that are open were not yet met."""

    def end(self, doors: Doors) -> None:
        """The rule was removed: let go of everything it holds."""

    def state(self) -> dict[str, Any]:
        """`fired`, `held` and the bounded `events`."""


class Rules(Protocol):
    """The rules in force, as a connection sees them."""

    apis: frozenset[int]
    """The APIs of all rules: their frames are collected whole."""

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Whether some rule took the request."""

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Whether some rule took the response."""

    def meet(self, line: Line) -> None:
        """Show a connection to every rule."""


class Doors(Protocol):
    """What a rule may do to the tap as a whole."""

    def lines(self) -> Iterable[Line]:
        """The connections that are open now."""

    def after(self, delay_s: float, do: Callable[[], None]) -> None:
        """Call `do` after `delay_s`, whatever becomes of the connections."""

    def shut(self, broker: int, rule: Hashable) -> str:
        """Refuse new connections to a broker; what a connect now gets. Raises KeyError."""

    def open_again(self, broker: int, rule: Hashable) -> None:
        """Undo one `shut`."""


class NoRules:
    """A tap that only records."""

    apis: frozenset[int] = frozenset()

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Takes nothing."""
        return False

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Takes nothing."""
        return False

    def meet(self, line: Line) -> None:
        """Does nothing."""
