"""Starter plus the learner's files: sized, named and decoded before anything is started."""

from __future__ import annotations

from collections.abc import Mapping

from judge.alert_rules import read_alert_rules
from judge.client_keys import PRODUCER
from judge.errors import LabError, LearnerError
from judge.lab import Lab
from judge.printable import printable
from judge.properties import client_properties, topic_properties

__all__ = ["alert_rules", "check_files", "load_settings", "printable", "topic_settings"]


def check_files(lab: Lab, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files that will be run: the starter's, with the learner's in their place.

    Raises:
        LearnerError: a file has a name the lab does not offer, is too large, holds binary data
            or is not UTF-8, or the settings file has a line that is no setting.
    """
    allowed = {file.name: file for file in lab.editable}
    for name, content in files.items():
        if name not in allowed:
            raise LearnerError(
                "wrong-name",
                f"{printable(name)} is not a file of this lab. It takes {', '.join(allowed)}.",
                name,
            )
        _check_content(name, content, allowed[name].max_bytes)
    merged = {name: text.encode() for name, text in lab.starter.items()} | dict(files)
    topic_settings(lab, merged)
    load_settings(lab, merged)
    alert_rules(lab, merged)
    return merged


def topic_settings(lab: Lab, files: Mapping[str, bytes]) -> dict[str, str]:
    """The judged topic's settings: the author's, then the learner's file. Raises LearnerError."""
    judged = lab.scenario.judged
    name = judged.settings_file
    own = topic_properties(files[name], name) if name else {}
    return {**judged.settings, **own}


def load_settings(lab: Lab, files: Mapping[str, bytes]) -> dict[str, dict[str, str]]:
    """The settings of our own load: the learner's (`candidate`) and the old ones (`baseline`).

    Empty for a lab whose load is not set by a file. Raises LearnerError, and LabError when the
    starter's own file may not be set.
    """
    name = lab.scenario.workload.settings_file
    if not name:
        return {}
    try:
        baseline = client_properties(lab.starter[name].encode(), name, PRODUCER)
    except LearnerError as wrong:
        raise LabError(f"starter/{name}", "", str(wrong)) from None
    return {"candidate": client_properties(files[name], name, PRODUCER), "baseline": baseline}


def alert_rules(lab: Lab, files: Mapping[str, bytes]) -> str | None:
    """The learner's alert rules as they were written; None in a lab that takes none.

    Raises LearnerError for rules that cannot be read.
    """
    name = lab.rules_file
    if not name:
        return None
    read_alert_rules(files[name], name)
    return files[name].decode()


def _check_content(name: str, content: bytes, max_bytes: int) -> None:
    if len(content) > max_bytes:
        raise LearnerError(
            "file-too-large",
            f"{name} has {len(content):,} bytes; this lab takes up to {max_bytes:,}. Shorten it.",
            name,
        )
    if b"\0" in content:
        raise LearnerError("binary-file", f"{name} holds binary data. Send it as text.", name)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as wrong:
        line = content[: wrong.start].count(b"\n") + 1
        raise LearnerError(
            "not-utf-8",
            f"{name}, line {line}: byte {content[wrong.start]:#04x} is not UTF-8 text. "
            "Save the file as UTF-8.",
            name,
        ) from None
