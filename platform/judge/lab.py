"""A lab: one folder of text, read and checked as a whole, or a LabError naming file and key."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.alert_rules import read_alert_rules
from judge.errors import LabError, LearnerError
from judge.fields import Fields, read_fields
from judge.lab_stages import StageSpec, read_stages
from judge.scenario import Scenario, read_scenario
from judge.scenario_check import check_alerts, check_programs, check_scenario

CLIENTS = ("python", "java", "runbook", "config", "rules")
"""What the learner's files are: a program of a kind in `judge.inside.programs`, or settings that
our own load or a topic is given, or alert rules that are worked out on what the run showed."""

NEVER_STARTED = ("config", "rules")
"""Kinds of client that are no program: nothing of the learner's runs."""

LEVELS = ("intro", "core", "senior", "principal")

LANGUAGES = ("python", "java", "shell", "properties", "toml")
"""Those that the editor of the site has colours for."""


@dataclass(frozen=True, slots=True)
class EditableFile:
    """A file the learner may change. `max_bytes` bounds what is taken."""

    name: str
    language: str
    max_bytes: int


@dataclass(frozen=True, slots=True)
class ProgramLimits:
    """What the learner's program may use; the sandbox enforces it."""

    wall_s: int = 60
    memory_mb: int = 256
    output_kb: int = 1024
    processes: int = 64
    tmp_mb: int = 32


@dataclass(frozen=True, slots=True)
class Lab:
    """A checked lab. Texts are Markdown; `digest` changes with any byte of the folder."""

    folder: Path
    slug: str
    title: str
    story: str
    rows: tuple[str, ...]
    skills: tuple[str, ...]
    level: str
    minutes: int
    client: str
    entry: str
    stages: tuple[StageSpec, ...]
    editable: tuple[EditableFile, ...]
    limits: ProgramLimits
    scenario: Scenario
    brief: str
    hints: tuple[str, ...]
    debrief: str
    starter: Mapping[str, str]
    digest: str

    def stage(self, name: str) -> StageSpec:
        """The stage of that name. Raises KeyError when the lab has none."""
        for stage in self.stages:
            if stage.name == name:
                return stage
        raise KeyError(f"lab {self.slug} has no stage {name!r}")

    @property
    def runs_program(self) -> bool:
        """Whether the learner's files are started."""
        return self.client not in NEVER_STARTED

    @property
    def rules_file(self) -> str:
        """The editable file with the learner's alert rules; "" in a lab that takes none."""
        return self.entry if self.client == "rules" else ""

    @property
    def promises(self) -> tuple[str, ...]:
        """What the fix must keep."""
        return self.stage("fix").promises


def load_lab(folder: Path) -> Lab:
    """Read and check one lab's folder. Raises LabError naming file, key, rule and remedy."""
    if not folder.is_dir():
        raise LabError(str(folder), "", "is not a lab's folder.", "Name a folder under labs/.")
    top = read_fields(folder, "lab.toml")
    editable = tuple(_editable(row) for row in top.tables("editable"))
    lab = Lab(
        folder=folder,
        slug=_slug(folder),
        title=top.text("title"),
        story=top.text("story"),
        rows=top.texts("rows"),
        skills=top.texts("skills"),
        level=top.text("level", one_of=LEVELS),
        minutes=top.whole("minutes", at_least=1),
        client=top.text("client", one_of=CLIENTS),
        entry=top.text("entry", "producer.py"),
        stages=read_stages(top),
        editable=editable,
        limits=_limits(top.table("limits")),
        scenario=read_scenario(folder),
        brief=_prose(folder, "brief.md"),
        hints=_hints(folder),
        debrief=_prose(folder, "debrief.md"),
        starter=_starter(folder, editable),
        digest=_digest(folder),
    )
    top.done()
    check_scenario(lab.scenario, [file.name for file in editable])
    if lab.entry not in lab.starter:
        raise top.wrong("entry", f"names {lab.entry!r}, which is not an editable file.")
    check_alerts(lab.scenario, takes_rules=bool(lab.rules_file), promises=lab.promises)
    check_programs(lab.scenario, runs_program=lab.runs_program, client=lab.client)
    _check_rules(lab)
    _prose(folder, "design.md")
    return lab


def _check_rules(lab: Lab) -> None:
    if lab.rules_file:
        try:
            read_alert_rules(lab.starter[lab.rules_file].encode(), lab.rules_file)
        except LearnerError as wrong:
            raise LabError(f"starter/{lab.rules_file}", "", str(wrong)) from None


def lab_folders(labs: Path) -> list[Path]:
    """Every folder under `labs` that holds a lab.toml, in order of name."""
    return sorted(path.parent for path in labs.glob("*/lab.toml"))


def _slug(folder: Path) -> str:
    slug = folder.resolve().name
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise LabError(slug, "", "is no slug.", "Name the folder in lower case, words-by-dashes.")
    return slug


def _editable(row: Fields) -> EditableFile:
    name = row.text("name")
    if "/" in name or name.startswith("."):
        raise row.wrong("name", "must be a plain file name.")
    language = row.text("language", one_of=LANGUAGES)
    found = EditableFile(name, language, row.whole("max_bytes", 65536, at_least=1))
    row.done()
    return found


def _limits(table: Fields) -> ProgramLimits:
    usual = ProgramLimits()
    limits = ProgramLimits(
        wall_s=table.whole("wall_s", usual.wall_s, at_least=1),
        memory_mb=table.whole("memory_mb", usual.memory_mb, at_least=32),
        output_kb=table.whole("output_kb", usual.output_kb, at_least=1),
        processes=table.whole("processes", usual.processes, at_least=8),
        tmp_mb=table.whole("tmp_mb", usual.tmp_mb, at_least=1),
    )
    table.done()
    return limits


def _prose(folder: Path, name: str) -> str:
    text = _text(folder, name)
    if not text.strip():
        raise LabError(name, "", "is empty.")
    return text


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise LabError(name, "", "is missing.", "Every lab has one; see docs/labs.md.") from None
    except UnicodeDecodeError:
        raise LabError(name, "", "is not UTF-8 text.") from None


def _hints(folder: Path) -> tuple[str, ...]:
    parts = re.split(r"(?m)^## .*$", _prose(folder, "hints.md"))
    hints = tuple(part.strip() for part in parts[1:] if part.strip())
    if not hints:
        raise LabError("hints.md", "", "has no hint.", "Begin each with a heading: ## Hint 1")
    return hints


def _starter(folder: Path, editable: tuple[EditableFile, ...]) -> dict[str, str]:
    wanted = {file.name for file in editable}
    there = {path.name for path in (folder / "starter").glob("*") if path.is_file()}
    if there != wanted:
        odd = sorted(there ^ wanted)
        raise LabError("starter/", ", ".join(odd), "and [[editable]] must name the same files.")
    return {name: _text(folder, f"starter/{name}") for name in sorted(wanted)}


def _digest(folder: Path) -> str:
    total = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            total.update(str(path.relative_to(folder)).encode() + b"\0")
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()
