"""`judge verify --check`: what every receipt is worth, without starting a broker."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from judge.cli.exit_codes import FAIL, PASS
from judge.lab import Lab
from judge.receipts.standing import Standing, present_basis, standing_of


def print_standing(labs: Iterable[Lab], *, as_json: bool) -> int:
    """Print each lab's standing and all runs added up; exit 1 when one has a problem."""
    basis = present_basis()
    standings = [standing_of(lab, basis) for lab in labs]
    ok = all(not each.problems for each in standings)
    totals = {
        name: sum(each.counts[name] for each in standings)
        for name in ("runs", "wrong", "inconclusive")
    }
    if as_json:
        rows = [each.to_dict() for each in standings]
        print(json.dumps({"ok": ok, **totals, "labs": rows}))
    else:
        _print(standings)
        print(
            f"{totals['runs']} runs in all sittings, {totals['wrong']} wrong, "
            f"{totals['inconclusive']} inconclusive"
        )
    return PASS if ok else FAIL


def _print(standings: Sequence[Standing]) -> None:
    for each in standings:
        counts = each.counts
        print(
            f"{'FAIL' if each.problems else 'ok  '}  {each.lab}: {counts['runs']} runs of "
            f"{counts['solutions']} solutions, each at least {counts['least_runs']} times"
        )
        for machine in ("idle", "load"):
            told = counts[machine]
            if told["runs"]:
                print(
                    f"      {machine}: {told['runs']} runs, {told['wrong']} wrong, "
                    f"{told['inconclusive']} inconclusive ({told['inconclusive_pct']} %)"
                )
        for problem in each.problems:
            print(f"      {problem}")
