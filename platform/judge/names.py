"""One string for each id of a history, wherever it comes from."""

from __future__ import annotations


class Names:
    """Gives back the first string of every id, so that each is in memory once and not five times.

    The logs and the reader tell the ids in nearly the order they were handed out. So it looks
    whether those that follow the last ones are meant, which needs no table; only where that
    fails each id is looked up.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._names: list[str] = []

    def all(self, ids: list[str]) -> list[str]:
        """The same ids, as known strings; new ones become known."""
        if not ids:
            return ids
        numbers, names = self._numbers, self._names
        first = numbers.get(ids[0])
        if first is not None:
            known = names[first : first + len(ids)]
            if known == ids:
                return known
        # Whoever is new gets the number of its place here. Whoever is not leaves a place unused.
        after = range(len(names), len(names) + len(ids))
        got = list(map(numbers.setdefault, ids, after))
        names += ids
        return ids if got == list(after) else [names[number] for number in got]

    def clear(self) -> None:
        """Forget all; the strings live on in the tables."""
        self._numbers.clear()
        self._names.clear()
