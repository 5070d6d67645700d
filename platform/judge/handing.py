"""The order in which orders were handed out, which every promise of order is measured by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import islice, tee
from operator import lt

from judge.index import History

_LEDGER_ID = re.compile(r"o(\d+)-[0-9a-f]+")


def in_order(moments: Iterable[float]) -> bool:
    """Whether each is later than the one before."""
    earlier, later = tee(moments)
    return all(map(lt, earlier, islice(later, 1, None)))


def ranks(history: History) -> Mapping[str, float]:
    """Order -> where it stands among those handed; equal where nobody can say which was first.

    The moments decide. Where two are the same, or an operation came late, the ledger's own
    numbers do, if every id has one.
    """
    handed = history.handed
    if in_order(handed.values()):
        return handed
    if "ranks" not in history.memo:
        numbers = {i: found for i in handed if (found := _LEDGER_ID.fullmatch(i))}
        history.memo["ranks"] = (
            {i: float(found[1]) for i, found in numbers.items()}
            if len(numbers) == len(handed)
            else handed
        )
    found_ranks: Mapping[str, float] = history.memo["ranks"]
    return found_ranks
