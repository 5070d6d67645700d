"""Reads a learner's file of alert rules, or refuses it by file, rule, place and remedy."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from judge.alerts_asked import DUE
from judge.errors import LearnerError
from judge.expression import Expression, read_expression
from judge.expression_tokens import ExpressionError
from judge.metrics import METRICS
from judge.nearest import did_you_mean
from judge.printable import printable

SEVERITIES = DUE

KEYS = ("name", "when", "for_s", "severity")
MAX_ALERTS = 20
MAX_NAME_CHARS = 60
MAX_FOR_S = 600


@dataclass(frozen=True, slots=True)
class AlertRule:
    """One alert: it fires once `when` has held for `for_s` seconds, and until it holds no more."""

    name: str
    when: Expression
    for_s: float
    severity: str


def read_alert_rules(content: bytes, file: str) -> tuple[AlertRule, ...]:
    """The rules of the file that the learner knows as `file`; `content` is UTF-8.

    Raises:
        LearnerError: "bad-alert-file" when it is no TOML or holds something besides [[alert]];
            "too-many-alerts"; "bad-alert" for a rule that is none, with its number, its key,
            what is wrong and the remedy. Nothing else, whatever the bytes are.
    """
    rows = _rows(content, file)
    rules: list[AlertRule] = []
    for number, row in enumerate(rows, start=1):
        rule = _Row(row, file, number).read()
        if rule.name in [other.name for other in rules]:
            raise _bad(file, number, "has the name of another.", "Rename one.", rule.name)
        rules.append(rule)
    return tuple(rules)


def _rows(content: bytes, file: str) -> list[Mapping[str, Any]]:
    try:
        table = tomllib.loads(content.decode("utf-8"))
    # Besides its own error tomllib lets those of numbers and of deep nesting through.
    except (ValueError, RecursionError) as wrong:
        said = printable(str(wrong), 160)
        message = f"{file} is no TOML that can be read: {said}. Begin each rule with [[alert]]."
        raise LearnerError("bad-alert-file", message, file) from None
    rows = table.pop("alert", [])
    if table:
        message = f"{file} has the key {printable(next(iter(table)))}, which no rule knows. "
        raise LearnerError("bad-alert-file", message + "Begin each rule with [[alert]].", file)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        message = f"{file}: alert is no list of rules. Begin each rule with [[alert]]."
        raise LearnerError("bad-alert-file", message, file)
    if len(rows) > MAX_ALERTS:
        message = f"{file} has {len(rows)} alerts; up to {MAX_ALERTS} are taken. Remove some."
        raise LearnerError("too-many-alerts", message, file)
    return rows


class _Row:
    """One [[alert]], read key by key."""

    def __init__(self, row: Mapping[str, Any], file: str, number: int) -> None:
        self._row, self._file, self._number = row, file, number

    def read(self) -> AlertRule:
        for key in self._row:
            if key not in KEYS:
                remedy = did_you_mean(key, KEYS, f"It knows {', '.join(KEYS)}.")
                raise self._wrong(f"has the key {printable(key)}, which is none.", remedy)
        return AlertRule(self._name(), self._when(), self._for_s(), self._severity())

    def _name(self) -> str:
        name = self._text("name", 'Write name = "…", a few words.')
        if not name.strip() or len(name) > MAX_NAME_CHARS or not name.isprintable():
            rule = "has a name that cannot be shown."
            raise self._wrong(rule, f"Use 1 to {MAX_NAME_CHARS} printable characters.")
        return name

    def _when(self) -> Expression:
        text = self._text("when", 'Write when = "…", such as "offline_partitions > 0".')
        try:
            return read_expression(text, METRICS)
        except ExpressionError as wrong:
            raise self._wrong(f"cannot be read, `when` {wrong}") from None

    def _for_s(self) -> float:
        value = self._row.get("for_s", 0)
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not 0 <= value <= MAX_FOR_S:
            rule = f"has a `for_s` that is no number of seconds from 0 to {MAX_FOR_S}."
            raise self._wrong(rule, "Write for_s = 5, without quotes.")
        return float(value)

    def _severity(self) -> str:
        value = self._text("severity", 'Write severity = "page" or "ticket".')
        if value not in SEVERITIES:
            rule = f"has the severity {printable(value)}, which is none."
            raise self._wrong(rule, 'Write "page" or "ticket".')
        return value

    def _text(self, key: str, remedy: str) -> str:
        value = self._row.get(key)
        if not isinstance(value, str):
            missing = "is missing" if value is None else "is no text in quotes"
            raise self._wrong(f"cannot be read, `{key}` {missing}.", remedy)
        return value

    def _wrong(self, rule: str, remedy: str = "") -> LearnerError:
        name = self._row.get("name")
        return _bad(self._file, self._number, rule, remedy, name if isinstance(name, str) else "")


def _bad(file: str, number: int, rule: str, remedy: str, name: str = "") -> LearnerError:
    called = f" {printable(name)}" if name else ""
    message = f"{file}, alert {number}{called} {rule} {remedy}".strip()
    return LearnerError("bad-alert", message, file)
