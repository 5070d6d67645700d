"""The sentences of a verdict page: what was found, what was promised, what to do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attempts.check_words import CHECK_WORDS
from judge.anomalies import CAUSES
from judge.judging import remedy_for

PROGRAM_HEADLINES = {
    "empty": "Your program's file is empty.",
    "syntax-error": "Python could not read your program.",
    "crashed": "Your program ended by an error of its own.",
    "memory": "Your program used more memory than it may.",
    "output": "Your program printed more than it may.",
    "wall-clock": "Your program did not end in time.",
    "no-answers": "Your program left its orders unanswered.",
}
LOST_HEADLINES = {
    "never-sent": "{} called accepted, and never sent to a broker.",
    "accepted-without-acknowledgement": "{} called accepted without a broker's word.",
}
INCONCLUSIVE_NEXT = "We ran it once more by ourselves, with the same result."
NEXT = {
    "acknowledged-by-leader-only": "Ask who had the record at the moment it was acknowledged, and "
    "which setting of your producer decides that.",
    "acknowledged-by-short-isr": "acks=all waits for the in-sync replicas. Ask how many they may "
    "be, and which setting of the topic decides that.",
    "accepted-without-acknowledgement": "Look at where your program says accepted, and at what it "
    "knows at that moment.",
    "never-sent": "Look for the way out of your program on which a record is still in its buffer.",
    "refused-after-failover": "Nothing was lost, but the service stayed closed. Look at what your "
    "settings ask for when one of three brokers is gone.",
    "unreadable-after-failover": "The records are stored and nobody can read them. Compare "
    "min.insync.replicas with the brokers that are left.",
    "crashed": "The last lines of your program's output name the error.",
    "syntax-error": "The last lines of your program's output name the line.",
    "wall-clock": "When the input ends, answer what is open, flush and end.",
}


def orders(count: int) -> str:
    """`1 order`, `447 orders`."""
    return f"{count:,} order" + ("" if count == 1 else "s")


def headline(report: dict[str, Any]) -> str:
    """The sentence over the verdict, with the anomaly's name and number in it."""
    verdict, anomalies = report["verdict"], report["anomalies"]
    if verdict == "INCONCLUSIVE":
        return "We could not tell. It costs you nothing."
    if verdict == "PASS" and report["stage"] == "reproduce":
        return f"You made it happen: {_made_happen(anomalies)}."
    if verdict == "PASS":
        kept = _asked(report, "lost_writes")
        return "Not one accepted order was lost." if kept else "Every promise was kept."
    if not anomalies:
        return _no_anomaly(report)
    return HEADLINES.get(anomalies[0]["name"], _as_told)(anomalies[0])


def _made_happen(anomalies: list[dict[str, Any]]) -> str:
    lost = sum(row["count"] for row in anomalies if row["name"] == "lost-write")
    if lost or not anomalies:
        return f"{orders(lost)} acknowledged, then gone"
    return str(anomalies[0]["summary"])


def _asked(report: dict[str, Any], check: str) -> bool:
    """Whether the lab promises a check; a report from before promises were told has losses."""
    promises = report.get("promises")
    return check in promises if promises else check == "lost_writes"


def _no_anomaly(report: dict[str, Any]) -> str:
    if report["stage"] == "reproduce" and "lost write" in report["reason_text"]:
        return "Nothing that Kafka acknowledged was lost."
    return report["reason_text"] or "A promise was not kept."


def _lost(anomaly: dict[str, Any]) -> str:
    form = LOST_HEADLINES.get(anomaly["cause"])
    count = anomaly["count"]
    if form:
        return form.format(orders(count))
    verb = "is" if count == 1 else "are"
    return f"{count:,} acknowledged record{'' if count == 1 else 's'} {verb} in no replica."


def _twice(anomaly: dict[str, Any]) -> str:
    verb = "is" if anomaly["count"] == 1 else "are"
    return f"{orders(anomaly['count'])} {verb} in the log twice."


def _as_told(anomaly: dict[str, Any]) -> str:
    return f"{anomaly['summary'][:1].upper()}{anomaly['summary'][1:]}."


def _program(anomaly: dict[str, Any]) -> str:
    return PROGRAM_HEADLINES.get(anomaly["cause"], "Your program failed.")


HEADLINES: dict[str, Callable[[dict[str, Any]], str]] = {
    "lost-write": _lost,
    "duplicate": _twice,
    "program-failed": _program,
}


def promised(report: dict[str, Any]) -> str:
    """What the run was held to: the promise of the check that failed, else the first."""
    if report["stage"] == "reproduce":
        wanted = [row["name"] for row in report["anomalies"]]
        if "lost-write" in wanted or "lost write" in report["reason_text"]:
            return "Make a broker acknowledge an order that no replica has in the end."
        return "Make happen what the stage asks for, by a cause that it names."
    checks = report["checks"]
    held = _broken(report) or _of_losses(checks) or next(iter(checks), None)
    return CHECK_WORDS.get(held["check"], ("", ""))[1] if held else "Nothing was checked."


def _broken(report: dict[str, Any]) -> dict[str, Any] | None:
    """The check that was broken; one that the lab promises before one that it only shows."""
    broken = [row for row in report["checks"] if row["kept"] is False]
    asked = [row for row in broken if _asked(report, row["check"])]
    return next(iter([*asked, *broken]), None)


def _of_losses(checks: list[dict[str, Any]]) -> dict[str, Any] | None:
    return next((row for row in checks if row["check"] == "lost_writes"), None)


def happened(report: dict[str, Any]) -> str:
    """What the brokers' logs, the tap and the ledger show."""
    shown = _broken(report) or _of_losses(report["checks"])
    if shown is None:
        return report["reason_text"] or "The run did not get far enough to show anything."
    return sentence(shown["summary"])


def why(report: dict[str, Any]) -> str:
    """The earliest cause that could be proved, in words."""
    if report["verdict"] == "INCONCLUSIVE":
        return sentence(report["reason_text"] or (report["reason"] or ""))
    if report["verdict"] == "PASS" and report["stage"] == "fix":
        if report["figures"].get("canary_bad_lost"):
            return (
                "The fault took effect, our own careless producer lost records, and yours did not."
            )
        return "Every fault took effect as it was meant to, and every promise was kept."
    anomaly = next(iter(report["anomalies"]), None)
    if anomaly is None:
        return sentence(report["reason_text"])
    told = CAUSES.get(anomaly["name"], {}).get(anomaly["cause"])
    return told or sentence(report["reason_text"] or anomaly["summary"])


def what_next(report: dict[str, Any]) -> str:
    """The next step, pointing at evidence and never at the solution."""
    if report["verdict"] == "INCONCLUSIVE":
        return f"{INCONCLUSIVE_NEXT} {remedy_for(report['reason'] or '')}".strip()
    if report["verdict"] == "PASS":
        if report["stage"] == "reproduce":
            return "Now make it impossible: the same faults, and every promise kept."
        return "Now explain it as you would to the person across the table."
    return NEXT.get(report["reason"] or "", "Read the evidence below, then change one thing.")


def sentence(text: str) -> str:
    """The text with a capital at its begin and a stop at its end."""
    text = text.strip()
    if not text:
        return ""
    return text[0].upper() + text[1:] + ("" if text[-1] in ".!?" else ".")
