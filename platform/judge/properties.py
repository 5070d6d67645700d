"""Reads a learner's properties file, and refuses what may not be set by line, key and reason."""

from __future__ import annotations

from dataclasses import dataclass

from judge.client_keys import CEILINGS, JAVA_NAMES, KNOWN, why_shut
from judge.errors import LearnerError
from judge.nearest import did_you_mean
from judge.printable import printable

MAX_SETTING_LINES = 200
"""More than Kafka has settings of a topic; bounds what one file can ask of brokers and clients."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of a properties file."""

    line: int
    key: str
    value: str


def read_properties(content: bytes, name: str) -> list[Setting]:
    """The settings of the file `name`, in order; `content` is UTF-8.

    Raises:
        LearnerError: "too-many-lines", or "bad-setting" for a line that is none.
    """
    lines = content.decode("utf-8").splitlines()
    if len(lines) > MAX_SETTING_LINES:
        raise LearnerError("too-many-lines", f"{name} has over {MAX_SETTING_LINES} lines.", name)
    found = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith(("#", "!")):
            continue
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            raise LearnerError(
                "bad-setting",
                f"{name}, line {number}: {printable(text)} is no setting. "
                "Write one name=value a line, and # before a comment.",
                name,
            )
        found.append(Setting(number, key.strip(), value.strip()))
    return found


def topic_properties(content: bytes, name: str) -> dict[str, str]:
    """A topic's settings; a later line wins, as in Kafka, which also judges names and values."""
    return {each.key: each.value for each in read_properties(content, name)}


def client_properties(content: bytes, name: str, role: str) -> dict[str, str]:
    """Settings for a client of ours, by librdkafka's names; a later line wins.

    Values are judged by the client itself, see `judge.inside.settings_trial`.

    Args:
        content: the file, in UTF-8.
        name: how the learner knows it.
        role: "producer" or "consumer".

    Raises:
        LearnerError: as `read_properties`; "forbidden-setting", "unknown-setting" or
            "setting-too-large", each with line, key and reason.
    """
    settings = {}
    for each in read_properties(content, name):
        _check_key(each, name, role)
        _check_size(each, name)
        settings[each.key] = each.value
    return settings


def _check_key(each: Setting, name: str, role: str) -> None:
    if each.key in KNOWN[role]:
        return
    where = f"{name}, line {each.line}: {printable(each.key)}"
    why = why_shut(each.key)
    if why is not None:
        message = f"{where} cannot be set here: {why}. Remove the line."
        raise LearnerError("forbidden-setting", message, name)
    other = next((other for other, keys in KNOWN.items() if each.key in keys), None)
    if other is not None:
        remedy = f"It belongs to a {other}, and this is a {role}'s file."
    elif each.key in JAVA_NAMES:
        remedy = f"Did you mean {JAVA_NAMES[each.key]}?"
    else:
        names = "Names are those of librdkafka's CONFIGURATION.md."
        remedy = did_you_mean(each.key, KNOWN[role], names)
    message = f"{where} is no {role} setting that this lab knows. {remedy}"
    raise LearnerError("unknown-setting", message, name)


def _check_size(each: Setting, name: str) -> None:
    most = CEILINGS.get(each.key)
    if most is not None and each.value.isdecimal() and int(each.value[:20]) > most:
        raise LearnerError(
            "setting-too-large",
            f"{name}, line {each.line}: {each.key} may be up to {most} here.",
            name,
        )
