"""Gates, then checkers, then one verdict: a pure function of a history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from judge.anomalies import CAUSES
from judge.checkers import CHECKERS, EVERY_REPORT
from judge.collecting import collector_paused
from judge.errors import JudgeError
from judge.fault_proof import begun_took_effect, cluster_healthy
from judge.figures import figures
from judge.gates import GATES, first_broken
from judge.history import Op
from judge.index import History
from judge.indexing import index_history
from judge.recovery import cut_short
from judge.sanity import Broken, harness_sane, machine_not_starved
from judge.terms import Terms
from judge.verdict import Anomaly, CheckResult, Report, Verdict

CERTAIN = (
    "empty",
    "topic-settings-refused",
    "syntax-error",
    "compile-error",
    "memory",
    "output",
)
"""Failures of a program that no state of cluster or machine can bring about."""

EXTRA_REASONS = {
    "history-cannot-tell": "Run it again. The operations cannot show a promise kept or broken.",
    "checker-failed": "Tell the operator: a checker of ours raised an error on this history.",
}
"""Reasons of an INCONCLUSIVE that come from no gate, with what to do."""


@dataclass(frozen=True, slots=True)
class _Outcome:
    verdict: Verdict
    reason: str | None = None
    text: str = ""
    anomalies: tuple[Anomaly, ...] = ()


def judge_history(
    ops: Iterable[Op], terms: Terms | None = None, *, stage: str | None = None
) -> Report:
    """Judge a run by its operations, by the terms it carries or by `terms` instead.

    `stage` overrides the stage of the terms: one run can be judged as reproduce and as fix.

    The same operations give the same report, byte for byte, in any order of those that carry
    the same meaning. `ops` is read once and may be a stream.

    Raises JudgeError `history-unreadable` when the operations carry no terms.
    """
    with collector_paused():
        return _judged(index_history(ops, terms), stage)


def _judged(history: History, stage: str | None) -> Report:
    if stage is not None:
        history.terms = replace(history.terms, stage=stage)
    asked = history.terms
    try:
        checks = run_checks(history)
        outcome = _decide(history, checks)
        numbers = figures(history)
    except Exception as wrong:
        # A defect of ours must never become the learner's failure.
        checks, numbers = (), {}
        outcome = _inconclusive("checker-failed", f"{type(wrong).__name__}: {wrong}")
    end = (history.end.detail or {}) if history.end else {}
    return Report(
        verdict=outcome.verdict,
        lab=asked.lab,
        stage=asked.stage,
        seed=asked.seed,
        reason=outcome.reason,
        reason_text=outcome.text,
        anomalies=outcome.anomalies,
        checks=checks,
        settings=asked.settings,
        figures=numbers,
        timings_s=end.get("timings_s") or {},
        versions=asked.versions,
        promises=asked.promises,
    )


def report_of_failure(
    error: JudgeError, lab: str, stage: str, seed: int, versions: Mapping[str, str]
) -> Report:
    """The report of a run that broke before it had a history."""
    outcome = _inconclusive(error.code, error.message)
    return Report(
        outcome.verdict, lab, stage, seed, outcome.reason, outcome.text, versions=versions
    )


def run_checks(history: History) -> tuple[CheckResult, ...]:
    """What the checkers found, in the registry's order.

    All are run. Listed are those of EVERY_REPORT, those promised and those broken.
    """
    terms = history.terms
    listed = {*EVERY_REPORT, *terms.promises}
    found = (check(history, **dict(terms.options.get(n, {}))) for n, check in CHECKERS.items())
    return tuple(each for each in found if each.check in listed or each.anomalies)


def remedy_for(reason: str) -> str:
    """What to do about an INCONCLUSIVE; "" for a JudgeError's code that no gate knows."""
    gates = {gate.reason: gate.remedy for gate in GATES}
    return gates.get(reason) or EXTRA_REASONS.get(reason, "")


def _decide(history: History, checks: Sequence[CheckResult]) -> _Outcome:
    broken = harness_sane(history)
    if broken is not None:
        return _inconclusive(*broken)
    failed = next(check for check in checks if check.check == "program").anomalies
    if {anomaly.cause for anomaly in failed} & set(CERTAIN):
        return _failed(failed)
    broken = first_broken(history)
    if broken is not None:
        return _own_failure(history, checks) or _inconclusive(*broken)
    return (
        _reproduced(history, checks)
        if history.terms.stage == "reproduce"
        else _kept(history, checks)
    )


def _own_failure(history: History, checks: Sequence[CheckResult]) -> _Outcome | None:
    """A failure of the program that stands although the fault may never have run."""
    found = {check.check: check for check in checks}
    failed = found["program"].anomalies
    silent = tuple(a for a in found["availability"].anomalies if a.cause == "no-answers")
    # Whoever says accepted and sends nothing gives no fault an occasion.
    unsent = tuple(a for a in found["lost_writes"].anomalies if a.cause == "never-sent")
    # A scenario that waited in vain for the learner's cure had made its cluster ill before.
    ill = begun_took_effect(history) is None
    uncured = found["writes_resume"].anomalies if ill and "writes_resume" in found else ()
    own = failed or silent or unsent or uncured
    if not cut_short(history) or not own:
        return None
    for gate in (cluster_healthy, machine_not_starved):
        broken: Broken | None = gate(history)
        if broken is not None:
            return _inconclusive(*broken)
    return _failed(own)


def _kept(history: History, checks: Sequence[CheckResult]) -> _Outcome:
    """Stage fix: every promise must be kept. That the program works is part of any promise."""
    promised = {"program", *history.terms.promises}
    judged = [check for check in checks if check.check in promised]
    broken = _ordered(anomaly for check in judged for anomaly in check.anomalies)
    if broken:
        return _failed(broken)
    unsure = [check for check in judged if check.kept is not True]
    if not unsure:
        kept = "; ".join(check.summary for check in judged)
        return _Outcome(Verdict.PASS, None, f"Every promise was kept: {kept}.")
    # Whoever accepts nothing cannot lose anything: that is the learner's doing, not ours.
    stopped = _ordered(a for check in checks for a in check.anomalies if a.name == "unavailable")
    if stopped:
        return _failed(stopped)
    return _inconclusive("history-cannot-tell", f"{unsure[0].check}: {unsure[0].summary}.")


def _reproduced(history: History, checks: Sequence[CheckResult]) -> _Outcome:
    """Stage reproduce: the named anomaly must have happened, by one of the named causes."""
    terms, wanted = history.terms, _wanted(history, checks)
    if wanted:
        return _Outcome(Verdict.PASS, None, f"It happened: {wanted[0].summary}.", tuple(wanted))
    failed = next(check for check in checks if check.check == "program").anomalies
    if failed:
        return _failed(failed)
    # Whatever else broke is in the checks; it is not why this stage fails.
    text = f"No {terms.wanted_anomaly.replace('-', ' ')} by {' or '.join(terms.wanted_causes)}."
    return _Outcome(Verdict.FAIL, "not-reproduced", text)


def _wanted(history: History, checks: Sequence[CheckResult]) -> tuple[Anomaly, ...]:
    terms = history.terms
    return _ordered(
        anomaly
        for check in checks
        for anomaly in check.anomalies
        if anomaly.name == terms.wanted_anomaly and anomaly.cause in terms.wanted_causes
    )


def _ordered(anomalies: Iterable[Anomaly]) -> tuple[Anomaly, ...]:
    """The earliest first: the first thing that broke is what the rest may have followed from."""

    def first_ms(anomaly: Anomaly) -> float:
        moments = [row.t_ms for row in anomaly.evidence if row.t_ms is not None]
        return min(moments, default=float("inf"))

    return tuple(sorted(anomalies, key=first_ms))


def _failed(anomalies: Sequence[Anomaly]) -> _Outcome:
    first = anomalies[0]
    why = CAUSES[first.name][first.cause]
    text = f"{first.summary[0].upper()}{first.summary[1:]}. {why}"
    return _Outcome(Verdict.FAIL, first.cause, text, tuple(anomalies))


def _inconclusive(reason: str, text: str) -> _Outcome:
    return _Outcome(Verdict.INCONCLUSIVE, reason, text)
