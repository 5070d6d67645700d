"""The jars are exactly the locked ones, or Kafka is not started."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka import jars
from judge.kafka.installed import KafkaInstall
from judge.kafka.jars import PROGRAMS, check_jars, fetch_jars, jar_paths, jars_directory
from judge.kafka.release import KAFKA_VERSION, locked_jars, parse_lock


@pytest.fixture
def copy(home: Home, kafka: KafkaInstall, tmp_path: Path) -> Home:
    """A data directory of our own with the very same jars."""
    mine = Home(tmp_path)
    shutil.copytree(jars_directory(home), jars_directory(mine))
    return mine


def test_it_reads_a_lock_and_its_comments() -> None:
    text = f"# a comment\n\norg.example:thing:1.2 {'ab' * 32} 345  # why\n"

    (jar,) = parse_lock(text)

    assert (jar.coordinate, jar.sha256, jar.size_bytes) == (
        "org.example:thing:1.2",
        "ab" * 32,
        345,
    )
    assert jar.file_name == "thing-1.2.jar"


@pytest.mark.parametrize("line", ["org.example:thing abc 1", "org.example:thing:1 abc", "x"])
def test_it_names_the_line_of_a_broken_lock(line: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_lock(f"# first\n{line}\n")


def test_the_lock_holds_the_pinned_kafka_once_and_no_two_versions_of_anything() -> None:
    names = [jar.coordinate.rsplit(":", 1)[0] for jar in locked_jars()]

    assert f"org.apache.kafka:kafka_2.13:{KAFKA_VERSION}" in {j.coordinate for j in locked_jars()}
    assert len(names) == len(set(names))


def test_what_programs_need_lies_apart_from_what_brokers_load(
    home: Home, kafka: KafkaInstall
) -> None:
    check_jars(home, PROGRAMS)

    names = {path.name for path in PROGRAMS.paths(home)}
    assert {name.rsplit("-", 1)[0] for name in names} == {"ecj", "slf4j-simple"}
    assert not names & {Path(one).name for one in kafka.classpath.split(":")}


def test_it_accepts_the_jars_as_locked(copy: Home) -> None:
    check_jars(copy)

    assert all(path.is_file() for path in jar_paths(copy))


def test_it_refuses_a_tampered_jar_by_name(copy: Home) -> None:
    check_jars(copy)
    victim = jars_directory(copy) / f"kafka-clients-{KAFKA_VERSION}.jar"
    body = bytearray(victim.read_bytes())
    body[1000] ^= 1
    victim.write_bytes(body)

    with pytest.raises(JudgeError, match=victim.name) as refused:
        check_jars(copy)

    assert refused.value.code == "jar-tampered"


def test_it_refuses_a_missing_jar_by_name(copy: Home) -> None:
    (jars_directory(copy) / "snakeyaml-2.5.jar").unlink()

    with pytest.raises(JudgeError, match=r"snakeyaml-2\.5\.jar") as refused:
        check_jars(copy)

    assert refused.value.code == "jar-missing"


def test_it_refuses_an_additional_jar_by_name(copy: Home) -> None:
    (jars_directory(copy) / "agent.jar").write_bytes(b"anything")

    with pytest.raises(JudgeError, match=r"agent\.jar") as refused:
        check_jars(copy)

    assert refused.value.code == "jar-unknown"


class Repository:
    """Stands in for jgo: serves files from a directory, failing as often as it is told."""

    def __init__(self, source: Path, failures: int = 0, body: bytes | None = None) -> None:
        self.source, self.failures, self.body, self.asked = source, failures, body, 0

    def artifact(self, jar: object, into: Path) -> Repository:
        self._jar, self._into = jar, into
        return self

    def resolve(self) -> Path:
        self.asked += 1
        if self.failures > 0:
            self.failures -= 1
            raise ConnectionError("the line is cut")
        self._into.mkdir(parents=True, exist_ok=True)
        target = self._into / self._jar.file_name
        served = (self.source / self._jar.file_name).read_bytes()
        target.write_bytes(served if self.body is None else self.body)
        return target


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jars.time, "sleep", lambda _s: None)


def test_it_goes_on_where_a_broken_download_stopped(
    home: Home, kafka: KafkaInstall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pause: None
) -> None:
    shop, mine = Repository(jars_directory(home)), Home(tmp_path)
    monkeypatch.setattr(jars, "_artifact", shop.artifact)
    kept = mine.kafka / "jars.part"
    kept.mkdir(parents=True)
    for jar in locked_jars()[:40]:
        shutil.copy(jars_directory(home) / jar.file_name, kept)
    shop.failures = 2
    said: list[str] = []

    fetch_jars(mine, said.append)

    assert shop.asked == len(locked_jars()) - 40 + 2
    assert said[-1].startswith(f"Kafka jars: {len(locked_jars())} of {len(locked_jars())}, ")
    check_jars(mine)
    assert not kept.exists()


def test_it_says_what_could_not_be_downloaded_and_installs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pause: None
) -> None:
    mine = Home(tmp_path)
    monkeypatch.setattr(jars, "_artifact", Repository(tmp_path, failures=99).artifact)

    with pytest.raises(JudgeError, match=locked_jars()[0].coordinate) as failed:
        fetch_jars(mine, lambda _text: None)

    assert failed.value.code == "jar-download-failed"
    assert "the line is cut" in failed.value.detail
    assert not jars_directory(mine).exists()


def test_it_refuses_a_jar_that_was_served_with_other_bytes(
    home: Home, kafka: KafkaInstall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_pause: None
) -> None:
    mine = Home(tmp_path)
    shop = Repository(jars_directory(home), body=b"not a jar")
    monkeypatch.setattr(jars, "_artifact", shop.artifact)

    with pytest.raises(JudgeError, match=locked_jars()[0].coordinate) as refused:
        fetch_jars(mine, lambda _text: None)

    assert refused.value.code == "jar-tampered"
    assert not jars_directory(mine).exists()
