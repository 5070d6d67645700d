"""Reads the specification of a rule key by key; what is left over or wrong is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from kio.schema.errors import ErrorCode

from judge.inside.tap.codec import api_name, api_number

T = TypeVar("T", int, float, str)

HEARTBEATS = frozenset({12, 68})
"""The classic protocol's and KIP-848's. `heartbeat` in a rule means whichever is spoken."""


class BadRuleError(Exception):
    """A rule that cannot be: names the key, the rule it breaks, and the remedy."""


class Options:
    """The keys of one rule. Each is asked for once; `finish` refuses those nobody asked for."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self._left = dict(spec)
        self.rule = str(self._left.pop("rule", ""))

    def text(self, key: str) -> str | None:
        """An optional string."""
        return self._take(key, str)

    def whole(self, key: str, least: int = 0) -> int | None:
        """An optional integer of at least `least`."""
        value = self._take(key, int)
        return value if value is None else self._at_least(key, value, least)

    def number(self, key: str, otherwise: float) -> float:
        """A number that is not negative."""
        value = self._left.get(key)
        if isinstance(value, int) and not isinstance(value, bool):
            self._left[key] = float(value)
        taken = self._take(key, float)
        return otherwise if taken is None else self._at_least(key, taken, 0.0)

    def times(self, key: str) -> int | None:
        """How often, once when it is absent; None for `all`."""
        if self._left.get(key) == "all":
            del self._left[key]
            return None
        return self.whole(key, least=1) or 1

    def span_s(self, key: str) -> float | None:
        """An optional number of milliseconds, in seconds."""
        if self._left.get(key) is None:
            return None
        return self.number(key, 0.0) / 1000

    def choice(self, key: str, allowed: tuple[str, ...], otherwise: str) -> str:
        """One of `allowed`."""
        value = self.text(key)
        if value is not None and value not in allowed:
            raise self.wrong(key, f"is {value!r}", f"Use one of {', '.join(allowed)}.")
        return otherwise if value is None else value

    def error(self, key: str) -> ErrorCode:
        """An error by Kafka's name or number; it must be there and must not be success."""
        value = self._left.pop(key, None)
        try:
            # True is 1 to Python, and nobody means OFFSET_OUT_OF_RANGE by it.
            if not isinstance(value, str | int) or isinstance(value, bool):
                raise ValueError(value)
            code = ErrorCode[value.lower()] if isinstance(value, str) else ErrorCode(value)
        except (KeyError, ValueError):
            remedy = "Give a name or a number of Kafka's error codes, as in REQUEST_TIMED_OUT."
            raise self.wrong(key, f"is {value!r}", remedy) from None
        if code is ErrorCode.none:
            raise self.wrong(key, "is success", "Give the error that the program shall see.")
        return code

    def apis(self, key: str, supported: frozenset[int], otherwise: str | None) -> frozenset[int]:
        """One API name or a list of them, all of `supported`."""
        value = self._left.pop(key, otherwise)
        names = value if isinstance(value, list) else [value]
        if not names:
            raise self.wrong(key, "is an empty list", "Name an API, or leave it away.")
        found: set[int] = set()
        for name in names:
            number = api_number(name) if isinstance(name, str) else None
            numbers = HEARTBEATS if name == "heartbeat" else {number}
            if not numbers <= supported:
                known = ", ".join(sorted(api_name(api) for api in supported))
                raise self.wrong(key, f"is {name!r}", f"This rule can do {known}.")
            found |= {n for n in numbers if n is not None}
        return frozenset(found)

    def finish(self) -> None:
        """Refuse every key that nobody asked for."""
        if self._left:
            key = next(iter(self._left))
            raise self.wrong(key, "is no option of this rule", "Take it away.")

    def wrong(self, key: str, what: str, remedy: str) -> BadRuleError:
        """The error that says so."""
        return BadRuleError(f"The tap's rule {self.rule!r}: {key} {what}. {remedy}")

    def _take(self, key: str, kind: type[T]) -> T | None:
        value = self._left.pop(key, None)
        if value is None:
            return None
        if not isinstance(value, kind) or isinstance(value, bool):
            raise self.wrong(key, f"is {value!r}", f"It must be of type {kind.__name__}.")
        return value

    def _at_least(self, key: str, value: T, least: T) -> T:
        if value < least:
            raise self.wrong(key, f"is {value}", f"It must be at least {least}.")
        return value
