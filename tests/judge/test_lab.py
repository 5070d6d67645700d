"""A lab's folder is read whole, and a broken one names its file, key, rule and remedy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from judge.errors import LabError
from judge.lab import load_lab
from judge.run import options_of
from judge.solutions import load_solutions

LAB = Path(__file__).parents[2] / "labs" / "acked-then-gone"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "acked-then-gone"
    shutil.copytree(LAB, copy)
    return copy


def change(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_it_reads_the_first_lab_whole():
    lab = load_lab(LAB)

    assert lab.slug == "acked-then-gone"
    assert [stage.name for stage in lab.stages] == ["predict", "reproduce", "fix", "explain"]
    assert set(lab.starter) == {"producer.py", "topic.properties"}
    assert lab.promises == ("lost_writes", "availability", "program")
    assert len(lab.hints) >= 3


def test_it_gives_another_digest_when_any_file_changes(folder):
    before = load_lab(folder).digest

    change(folder, "brief.md", "\n", "\n\n")

    assert load_lab(folder).digest != before


def test_it_refuses_a_fault_that_still_holds_when_the_program_is_to_finish(folder):
    change(folder, "scenario.toml", 'do = "heal"\nfault = "hold_replication"', 'do = "read_back"')

    with pytest.raises(LabError, match="unhealed when the program is to finish"):
        load_lab(folder)


@pytest.mark.parametrize(
    ("name", "old", "new", "blamed"),
    [
        ("lab.toml", 'level = "core"', 'level = "hard"', ("lab.toml", "level", "'core'")),
        ("lab.toml", "minutes = 25", 'minutes = "25"', ("lab.toml", "minutes", "whole number")),
        ("lab.toml", "minutes = 25", "minuets = 25", ("lab.toml", "minutes", "missing")),
        ("lab.toml", "answer = 2", "answer = 9", ("lab.toml", "stage[0].answer", "0 to 3")),
        ("lab.toml", '"lost_writes"', '"lost_rites"', ("lab.toml", "stage[2].promises", "Known")),
        ("lab.toml", 'name = "producer.py"', 'name = "../x"', ("lab.toml", "name", "plain file")),
        ("lab.toml", '"properties"', '"propertys"', ("lab.toml", "language", "'toml'")),
        ("lab.toml", "[limits]", "[limits]\nwal_s = 1", ("lab.toml", "limits.wal_s", "wall_s")),
        ("lab.toml", "title =", "title = =", ("lab.toml", "", "not valid TOML")),
        ("scenario.toml", 'do = "read_back"', 'do = "rest"', ("scenario.toml", "do", "read_back")),
        (
            "scenario.toml",
            'fault = "kill_broker"',
            'fault = "nuke"',
            ("scenario.toml", "fault", "kill_broker"),
        ),
        ("scenario.toml", "more = 60", "more = 0", ("scenario.toml", "more", "at least 1")),
    ],
)
def test_it_names_file_key_and_rule_of_a_broken_lab(folder, name, old, new, blamed):
    change(folder, name, old, new)

    with pytest.raises(LabError) as caught:
        load_lab(folder)

    file, key, rule = blamed
    assert caught.value.file == file
    assert key in caught.value.key
    assert rule in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "key", "remedy"),
    [
        ('"acknowledged-by-leader-only"', '"acknowledged-by-leader"', "cause", "Did you mean"),
        ('"lost-write"', '"gone"', "anomaly", "Known: "),
    ],
)
def test_it_refuses_a_reason_that_the_judge_cannot_give(folder, old, new, key, remedy):
    change(folder, "solutions/acks-one-with-retries/expected.toml", old, new)

    with pytest.raises(LabError, match="nothing that the judge can find") as caught:
        load_solutions(load_lab(folder))

    assert caught.value.file.endswith("expected.toml")
    assert caught.value.key.endswith(key)
    assert remedy in str(caught.value)


@pytest.mark.parametrize(
    "name", ["brief.md", "hints.md", "debrief.md", "design.md", "scenario.toml", "lab.toml"]
)
def test_it_says_which_file_is_missing(folder, name):
    (folder / name).unlink()

    with pytest.raises(LabError, match="is missing") as caught:
        load_lab(folder)

    assert caught.value.file == name


def test_it_refuses_a_starter_that_is_not_what_the_learner_may_edit(folder):
    (folder / "starter" / "producer.py").rename(folder / "starter" / "main.py")

    with pytest.raises(LabError, match="same files"):
        load_lab(folder)


def test_it_refuses_a_folder_that_is_no_lab(tmp_path):
    with pytest.raises(LabError, match="not a lab's folder"):
        load_lab(tmp_path / "nowhere")


@pytest.mark.parametrize("name", ["brief.md", "starter/producer.py"])
def test_it_refuses_a_text_that_is_not_utf_8(folder, name):
    (folder / name).write_bytes(b"caf\xe9")

    with pytest.raises(LabError, match="not UTF-8") as caught:
        load_lab(folder)

    assert caught.value.file == name


RULES = LAB.parent / "pages-that-matter"


@pytest.fixture
def rules_folder(tmp_path: Path) -> Path:
    copy = tmp_path / "pages-that-matter"
    shutil.copytree(RULES, copy)
    return copy


def test_alert_rules_are_no_program_and_have_a_file():
    lab = load_lab(RULES)

    assert (lab.runs_program, lab.rules_file) == (False, "alerts.toml")
    assert (load_lab(LAB).runs_program, load_lab(LAB).rules_file) == (True, "")
    assert options_of(lab)["program"] == {"expects": "no_program"}
    assert lab.scenario.settings_watched
    asked = [step.options.get("alert") for step in lab.scenario.steps if step.do == "inject"]
    assert asked == ["quiet", "quiet", "ticket", "page", None]


@pytest.mark.parametrize(
    ("name", "old", "new", "blamed"),
    [
        ("lab.toml", '["alerts"]', '["stored_writes"]', ("lab.toml", "promises", "client")),
        ("lab.toml", '"rules"', '"config"', ("scenario.toml", "step[2].alert", "asks for alerts")),
        (
            "scenario.toml",
            'do = "start_orders"',
            'do = "start_program"',
            ("scenario.toml", "step[0].do", "Remove the step."),
        ),
        (
            "scenario.toml",
            'kind = "records"',
            'kind = "orders"',
            ("scenario.toml", "workload.kind", "a program is handed"),
        ),
        (
            "scenario.toml",
            'alert = "quiet"',
            'alert = "silence"',
            ("scenario.toml", "step[2].alert", "'quiet'"),
        ),
        (
            "scenario.toml",
            'alert = "quiet"',
            'alert = "quiet"\nalert_within_s = 5',
            ("scenario.toml", "step[2].alert_within_s", "is not a key"),
        ),
        (
            "scenario.toml",
            "alert_within_s = 8\n",
            "",
            ("scenario.toml", "alert_within_s", "is missing"),
        ),
        (
            "starter/alerts.toml",
            "severity",
            "severty",
            ("starter/alerts.toml", "", "Did you mean severity?"),
        ),
    ],
)
def test_it_names_file_key_and_rule_of_a_broken_lab_of_alerts(rules_folder, name, old, new, blamed):
    change(rules_folder, name, old, new)

    with pytest.raises(LabError) as caught:
        load_lab(rules_folder)

    file, key, rule = blamed
    assert caught.value.file == file
    assert key in caught.value.key
    assert rule in str(caught.value)


def test_a_lab_of_alerts_asks_for_some(rules_folder):
    path = rules_folder / "scenario.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(x for x in lines if not x.startswith("alert")), encoding="utf-8")

    with pytest.raises(LabError, match="asks nothing of the alerts"):
        load_lab(rules_folder)
