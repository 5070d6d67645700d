"""The stages of the set-up: skipped when done, done again when their sources change."""

import io
import shutil
import sqlite3
from contextlib import closing

import pytest

from judge.home import Home
from launcher import preparing
from launcher.datadir import open_data_dir
from launcher.errors import RefusedError
from launcher.preparing import check_labs, collect_static, migrate, require_able
from launcher.project import Project, find_project
from launcher.stages import Stage
from launcher.stamps import digest

LABS = find_project().root / "labs"


@pytest.fixture
def step():
    return Stage("stage", io.StringIO())


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "data")
    open_data_dir(made)
    return made


@pytest.fixture
def project(tmp_path):
    made = Project(tmp_path / "checkout")
    for folder in ("platform/guide/migrations", "platform/web/static/web"):
        (made.root / folder).mkdir(parents=True)
    (made.root / "platform/guide/migrations/0001_initial.py").write_text("first")
    (made.root / "platform/web/static/web/faultline.css").write_text("a{}")
    return made


@pytest.fixture
def managed(monkeypatch, home):
    """The management commands that were run, instead of running them."""
    ran = []

    def run(_project, _environment, *words):
        ran.append(words[0])
        if words[0] == "collectstatic":
            (home.path / "static").mkdir(exist_ok=True)
            (home.path / "static" / "staticfiles.json").touch()

    monkeypatch.setattr(preparing, "manage", run)
    return ran


def test_it_migrates_once(project, home, step, managed):
    migrate(project, home, {}, step)
    migrate(project, home, {}, step)

    assert managed == ["migrate"]
    assert step.result == "up to date"


def test_it_migrates_again_when_a_migration_came(project, home, step, managed):
    migrate(project, home, {}, step)
    (project.root / "platform/guide/migrations/0002_more.py").write_text("second")

    migrate(project, home, {}, step)

    assert managed == ["migrate", "migrate"]


def test_it_migrates_another_database(project, home, step, managed):
    migrate(project, home, {}, step)

    migrate(project, home, {"FAULTLINE_DATABASE_URL": "postgres://db/faultline"}, step)

    assert managed == ["migrate", "migrate"]


def test_it_migrates_a_database_that_was_restored_in_place(project, home, step, managed):
    database = home.path / "faultline.sqlite3"
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("CREATE TABLE django_migrations (app TEXT, name TEXT)")
        opened.execute("INSERT INTO django_migrations VALUES ('guide', '0001_initial')")
    migrate(project, home, {}, step)
    with closing(sqlite3.connect(database)) as opened, opened:
        opened.execute("DELETE FROM django_migrations")

    migrate(project, home, {}, step)

    assert managed == ["migrate", "migrate"]


@pytest.mark.parametrize("half", ["", '{"database": "', "[]"])
def test_it_does_again_what_a_power_cut_made_it_forget(project, home, step, managed, half):
    migrate(project, home, {}, step)
    (home.run / "prepared.json").write_text(half)

    migrate(project, home, {}, step)
    migrate(project, home, {}, step)

    assert managed == ["migrate", "migrate"]


def test_it_keeps_the_database_from_other_users(project, home, step, managed):
    migrate(project, home, {}, step)

    assert (home.path / "faultline.sqlite3").stat().st_mode & 0o077 == 0


def test_it_collects_the_pages_files_again_when_one_changed_or_they_are_gone(
    project, home, step, managed
):
    collect_static(project, home, {}, step)
    collect_static(project, home, {}, step)
    (project.root / "platform/web/static/web/faultline.css").write_text("b{}")
    collect_static(project, home, {}, step)
    shutil.rmtree(home.path / "static")
    collect_static(project, home, {}, step)

    assert managed == ["collectstatic"] * 3


def test_it_names_a_broken_lab_and_offers_the_others(tmp_path, step):
    shutil.copytree(LABS / "acked-then-gone", tmp_path / "acked-then-gone")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "lab.toml").write_text("title = 3\n")

    check_labs(tmp_path, step)

    assert step.result.startswith("1 of 2 can be offered")
    assert "broken: lab.toml: editable" in step.result


def test_it_refuses_a_machine_that_cannot_make_a_sandbox(home, step, monkeypatch):
    from judge.doctor import Check

    lacking = Check("user namespaces", False, "forbidden here", "sysctl -w …")
    monkeypatch.setattr("judge.doctor.examine", lambda _home: [lacking])

    with pytest.raises(RefusedError) as refused:
        require_able(step, home)

    assert "user namespaces: forbidden here" in refused.value.problem
    assert "sysctl -w" in refused.value.remedy


def test_it_examines_a_machine_once_a_boot(home, step, monkeypatch):
    from judge.doctor import Check

    asked = []
    fine = [Check("user namespaces", True, "made one", "")]
    monkeypatch.setattr("judge.doctor.examine", lambda home: asked.append(home) or fine)

    require_able(step, home)
    require_able(step, home)

    assert asked == [home]


def test_it_tells_the_content_of_files_apart_by_their_names_too(tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("same")
    two.write_text("same")

    assert digest([one]) != digest([two])
