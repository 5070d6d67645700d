"""Reads a TOML table key by key and blames its author by file, key and rule."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from judge.errors import LabError

_MISSING: Any = object()


class Fields:
    """One table of a TOML file, consumed key by key.

    Each getter raises LabError naming the dotted key when the value is missing or of another
    type; `done` raises it for a key that nobody asked for, since a misspelt key would otherwise
    be a rule that silently does not hold.
    """

    def __init__(self, file: str, table: Mapping[str, Any], prefix: str = "") -> None:
        self._file, self._table, self._prefix = file, table, prefix
        self._asked: set[str] = set()

    def text(self, key: str, default: str | None = None, *, one_of: Sequence[str] = ()) -> str:
        """A string; with `one_of`, one of those words."""
        value = self._get(key, str, "a string", default)
        if one_of and value not in one_of:
            raise self.wrong(key, f"is {value!r}, which is unknown.", f"Use {_either(one_of)}.")
        return str(value)

    def whole(self, key: str, default: int | None = None, *, at_least: int = 0) -> int:
        """A whole number, not below `at_least`."""
        value = self._get(key, int, "a whole number", default)
        if isinstance(value, bool) or value < at_least:
            raise self.wrong(key, f"must be a whole number of at least {at_least}.")
        return int(value)

    def number(self, key: str, default: float | None = None) -> float:
        """A number above zero."""
        value = self._get(key, (int, float), "a number", default)
        if isinstance(value, bool) or value <= 0:
            raise self.wrong(key, "must be a number above 0.")
        return float(value)

    def flag(self, key: str) -> bool:
        """True or false; false when the author wrote nothing."""
        return bool(self._get(key, bool, "true or false", False))

    def texts(self, key: str, default: Sequence[str] | None = None) -> tuple[str, ...]:
        """A list of strings."""
        value = self._get(key, (list, tuple), "a list of strings", default)
        if not all(isinstance(item, str) for item in value):
            raise self.wrong(key, "must be a list of strings.")
        return tuple(value)

    def wholes(self, key: str, default: Sequence[int] | None = None) -> tuple[int, ...]:
        """A list of whole numbers, none below 0."""
        value = self._get(key, (list, tuple), "a list of whole numbers", default)
        if not all(
            isinstance(item, int) and not isinstance(item, bool) and item >= 0 for item in value
        ):
            raise self.wrong(key, "must be a list of whole numbers.")
        return tuple(value)

    def names(self) -> tuple[str, ...]:
        """The keys that the author wrote, for a table whose keys are data."""
        return tuple(self._table)

    def table(self, key: str) -> Fields:
        """A nested table, empty when it is absent."""
        value = self._get(key, dict, "a table", {})
        return Fields(self._file, value, self._path(key) + ".")

    def tables(self, key: str, *, at_least: int = 1) -> list[Fields]:
        """An array of tables."""
        value = self._get(key, list, "an array of tables", [])
        if len(value) < at_least or not all(isinstance(row, dict) for row in value):
            raise self.wrong(
                key,
                f"must be an array of at least {at_least} table(s).",
                f"Write [[{self._path(key)}]] once for each.",
            )
        return [Fields(self._file, row, f"{self._path(key)}[{n}].") for n, row in enumerate(value)]

    def strings(self) -> dict[str, str]:
        """The whole table as string to string, as broker or topic settings are."""
        self._asked.update(self._table)
        for key, value in self._table.items():
            if not isinstance(value, str):
                raise self.wrong(key, "must be a string, as Kafka's settings are.")
        return dict(self._table)

    def values(self) -> dict[str, Any]:
        """The whole table as it stands: numbers, texts, booleans and lists, whoever reads them."""
        self._asked.update(self._table)
        return dict(self._table)

    def has(self, key: str) -> bool:
        """Whether the author wrote the key."""
        return key in self._table

    def allow(self, *keys: str) -> None:
        """Keys that may be there although nothing reads them now."""
        self._asked.update(keys)

    def done(self) -> None:
        """Raise LabError for the first key that nobody asked for."""
        for key in self._table:
            if key not in self._asked:
                raise self.wrong(
                    key,
                    "is not a key of this table.",
                    f"Known here: {', '.join(sorted(self._asked))}.",
                )

    def wrong(self, key: str, rule: str, remedy: str = "") -> LabError:
        """The error that blames `key` of this table."""
        return LabError(self._file, self._path(key), rule, remedy)

    def _path(self, key: str) -> str:
        return f"{self._prefix}{key}"

    def _get(self, key: str, kind: Any, said: str, default: Any) -> Any:
        self._asked.add(key)
        value = self._table.get(key, _MISSING)
        if value is _MISSING:
            if default is None:
                raise self.wrong(key, f"is missing; it must be {said}.")
            return default
        if not isinstance(value, kind):
            raise self.wrong(key, f"must be {said}, not {type(value).__name__}.")
        return value


def read_fields(folder: Path, name: str) -> Fields:
    """The top table of `folder/name`. Raises LabError when it is absent or not TOML."""
    path = folder / name
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LabError(name, "", "is missing.", f"Write {path}.") from None
    except UnicodeDecodeError as wrong:
        raise LabError(name, "", f"is not UTF-8 text: {wrong.reason}.") from None
    except tomllib.TOMLDecodeError as wrong:
        raise LabError(name, "", f"is not valid TOML: {wrong}.") from None
    return Fields(name, table)


def _either(words: Sequence[str]) -> str:
    return " or ".join(repr(word) for word in words)
