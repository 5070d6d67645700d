"""What `min.insync.replicas` of the judged topic was at each moment of a run."""

from __future__ import annotations

from judge.history import Op
from judge.index import History
from judge.step_function import StepFunction, steps

SETTING = "min.insync.replicas"

MinIsr = StepFunction


def min_isr(history: History) -> MinIsr | None:
    """The topic's floor: as it was made, and as the metadata log changed it.

    Where neither says anything, the one that the cluster told at the end has held all along.
    None where nobody told that either, or where a change took it away and the default is unknown.
    """
    topic = history.terms.topic
    told = [op for op in history.rare_ops("metadata", "config") if op.topic == topic]
    changes = [op for op in told if _when(op) == "change" and SETTING in (op.detail or {})]
    ends = [_number(op) for op in told if _when(op) == "end" and op.type == "info"]
    made_with = (history.terms.settings.get("topic") or {}).get(SETTING, "")
    begin = int(made_with) if made_with.isdecimal() else None
    if not changes and begin is None and ends:
        begin = ends[-1]
    rows = [(op.t_ms, number) for op in changes if (number := _number(op)) is not None]
    if len(rows) < len(changes) or (begin is None and not rows):
        return None
    return steps(rows, begin=rows[0][1] if begin is None else begin)


def _when(op: Op) -> str:
    return str((op.detail or {}).get("_when", "end"))


def _number(op: Op) -> int | None:
    value = str((op.detail or {}).get(SETTING, ""))
    return int(value) if value.isdecimal() else None
