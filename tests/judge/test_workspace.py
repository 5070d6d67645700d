"""What a learner hands in is sized, named and decoded before anything is started."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from judge.errors import LabError, LearnerError
from judge.lab import load_lab
from judge.workspace import alert_rules, check_files, load_settings, topic_settings

LAB = load_lab(Path(__file__).parents[2] / "labs" / "acked-then-gone")


def test_it_fills_in_the_starter_for_what_was_not_handed_in():
    files = check_files(LAB, {"producer.py": b"print('mine')\n"})

    assert files["producer.py"] == b"print('mine')\n"
    assert files["topic.properties"].decode() == LAB.starter["topic.properties"]


@pytest.mark.parametrize(
    ("name", "content", "code", "said"),
    [
        ("producer.py", b"#" * 70_000, "file-too-large", "65,536"),
        ("producer.py", b"print(1)\0", "binary-file", "binary data"),
        ("producer.py", b"# ok\n# caf\xe9\n", "not-utf-8", "line 2: byte 0xe9"),
        ("../producer.py", b"", "wrong-name", "It takes producer.py, topic.properties"),
        ("main.py", b"", "wrong-name", "is not a file of this lab"),
        ("evil\n<b>.py", b"", "wrong-name", r"evil\n"),
        ("topic.properties", b"min.insync.replicas 2", "bad-setting", "line 1"),
        ("topic.properties", b"a=b\n" * 300, "too-many-lines", "over 200"),
    ],
)
def test_it_refuses_with_the_file_the_rule_and_the_remedy(name, content, code, said):
    with pytest.raises(LearnerError) as caught:
        check_files(LAB, {name: content})

    assert caught.value.code == code
    assert said in str(caught.value)


def test_it_reads_settings_as_kafka_would():
    text = b"# a comment\n! another\n\n min.insync.replicas = 2 \nretention.ms=-1\n"

    settings = topic_settings(LAB, {"topic.properties": text})

    assert settings == {"min.insync.replicas": "2", "retention.ms": "-1"}


def measured(starter: str) -> SimpleNamespace:
    """As much of a lab as its load's settings need."""
    workload = SimpleNamespace(settings_file="producer.properties")
    scenario = SimpleNamespace(workload=workload)
    return SimpleNamespace(scenario=scenario, starter={"producer.properties": starter})


def test_it_takes_the_learners_settings_for_our_load_and_the_starters_as_the_old_ones():
    files = {"producer.properties": b"linger.ms=20\n"}

    assert load_settings(measured("linger.ms=0"), files) == {
        "candidate": {"linger.ms": "20"},
        "baseline": {"linger.ms": "0"},
    }


def test_it_tells_a_learners_forbidden_setting_from_the_authors():
    bad = "bootstrap.servers=elsewhere:9092"

    with pytest.raises(LearnerError, match=r"line 1: “bootstrap\.servers” cannot be set"):
        load_settings(measured(""), {"producer.properties": bad.encode()})
    with pytest.raises(LabError, match=r"starter/producer\.properties"):
        load_settings(measured(bad), {"producer.properties": b""})


RULES = load_lab(Path(__file__).parents[2] / "labs" / "pages-that-matter")


def test_it_takes_alert_rules_as_they_were_written():
    text = "# mine\n" + RULES.starter["alerts.toml"]

    files = check_files(RULES, {"alerts.toml": text.encode()})

    assert alert_rules(RULES, files) == text
    assert alert_rules(LAB, check_files(LAB, {})) is None


def test_it_refuses_an_alert_rule_with_its_place_and_the_remedy():
    text = RULES.starter["alerts.toml"].replace("under_replicated", "under_replicatd")

    with pytest.raises(LearnerError) as caught:
        check_files(RULES, {"alerts.toml": text.encode()})

    assert caught.value.code == "bad-alert"
    assert str(caught.value) == (
        "alerts.toml, alert 1 “a replica is missing” cannot be read, `when` at character 1: "
        "“under_replicatd_partitions” is no metric. Did you mean under_replicated_partitions?"
    )
