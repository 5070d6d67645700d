"""The seam for faults on the learner's side: a rule may take a frame instead of it passing.

There is no rule yet. One is added as a file of its own with a class that fits `Rule`, and is
handed to the proxy; connection and proxy stay as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from judge.inside.tap.exchanges import Exchange


class Wire(Protocol):
    """What a rule may do to the connection on which it took a frame."""

    broker: int

    def to_broker(self, frame: memoryview) -> None:
        """Send this towards the broker, after all that was sent before."""

    def to_program(self, frame: memoryview, exchange: Exchange | None = None) -> None:
        """Send this towards the program; `exchange` settles as delivered once it is sent."""

    def give_up(self, exchange: Exchange, why: str) -> None:
        """No response to `exchange` will be delivered: write its rows with `why`."""

    def reset(self, why: str) -> None:
        """Break the connection on both sides; all that is open on it settles with `why`."""


class Rule(Protocol):
    """Sees whole frames of the APIs it names, and returns True for one that it took.

    A taken frame is the rule's to send, change, hold or drop. A request that was taken and will
    not reach the broker must be given up, or the next response would be matched to it.
    """

    apis: frozenset[int]

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """A request is about to be passed on; its exchange is already expected."""

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """A response is about to be passed on; its results are already noted."""


Rules = Sequence[Rule]
