"""The archives of programs are made once, and made anew only for other jars, flags or training."""

from __future__ import annotations

from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka import program_archives
from judge.kafka.commands import COMMANDS, TRAINING
from judge.kafka.install import install_kafka
from judge.kafka.installed import KafkaInstall
from judge.kafka.program_archives import program_archives_are_fresh
from judge.kafka.toolbox import BOXES, client_box, tools_box


def test_a_second_start_makes_nothing_again(home: Home, kafka: KafkaInstall) -> None:
    before = {box().name: (home.kafka / box().archive).stat().st_mtime_ns for box in BOXES}
    said: list[str] = []

    install_kafka(home, said.append)

    assert said == []
    after = {box().name: (home.kafka / box().archive).stat().st_mtime_ns for box in BOXES}
    assert after == before


def test_another_training_makes_them_stale(
    home: Home, kafka: KafkaInstall, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert program_archives_are_fresh(home)
    monkeypatch.setattr(program_archives, "training_text", lambda _bootstrap: "another")

    assert not program_archives_are_fresh(home)


def test_no_archive_is_fresh_where_nothing_is_installed(tmp_path: Path) -> None:
    assert not program_archives_are_fresh(Home(tmp_path))


def test_it_names_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(JudgeError) as missing:
        client_box().mounts(tmp_path / "kafka", tmp_path)

    assert missing.value.code == "kafka-not-installed"
    assert "./faultline up" in str(missing.value)


def test_it_trains_on_commands_that_there_are() -> None:
    assert {line.split()[0] for line in TRAINING} <= set(COMMANDS)


def test_no_broker_is_on_the_class_path_of_a_java_program() -> None:
    clients = [Path(jar).name for jar in client_box().jars]

    assert sorted(name.rsplit("-", 1)[0] for name in clients if name != "training.jar") == [
        "kafka-clients",
        "lz4-java",
        "slf4j-api",
        "slf4j-simple",
        "snappy-java",
        "zstd-jni-1.5.6",
    ]
    assert len(tools_box().jars) > 40
