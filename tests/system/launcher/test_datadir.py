"""The data directory is private, has room, and serves one Faultline at a time."""

import os
import shutil
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest

from judge.home import Home
from launcher import datadir
from launcher.datadir import held, open_data_dir, secret_key, who_holds
from launcher.errors import RefusedError
from launcher.stopping import stop_other


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "data")
    open_data_dir(made)
    return made


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_it_lets_sandboxes_in_and_keeps_what_is_private_closed(home):
    assert mode(home.path) == 0o755
    assert [mode(path) for path in (home.run, home.logs, home.histories)] == [0o700] * 3


def test_it_makes_the_secret_key_once_and_for_this_user_alone(home):
    first = secret_key(home)

    assert len(first) >= 50
    assert secret_key(home) == first
    assert mode(home.path / "secret_key") == 0o600


def test_it_makes_another_secret_key_where_a_power_cut_left_none(home):
    (home.path / "secret_key").write_text("")

    assert len(secret_key(home)) >= 50
    assert mode(home.path / "secret_key") == 0o600
    assert len(list(home.path.glob("*secret_key*"))) == 1
    assert not list(home.path.glob(".secret_key*"))


def test_it_says_that_one_is_starting_which_has_not_said_who_it_is(home):
    with held(home):
        (home.run / "lock").write_text("")
        with pytest.raises(RefusedError) as refused:
            stop_other(home)

    assert "is starting" in refused.value.problem


def test_it_refuses_a_second_one_and_says_where_the_first_is(home):
    first = held(home, url="http://localhost:8000/")
    with first, pytest.raises(RefusedError) as refused, held(home):
        pass

    assert "already running" in refused.value.problem
    assert "http://localhost:8000/" in refused.value.problem
    assert f"process {os.getpid()}" in refused.value.problem


def test_it_forgets_the_holder_when_that_ends(home):
    with held(home):
        assert who_holds(home) == {"pid": os.getpid()}

    assert who_holds(home) is None


def test_it_refuses_a_full_disk(home, monkeypatch):
    nearly_full = SimpleNamespace(free=datadir.NEEDED_BYTES - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: nearly_full)

    with pytest.raises(RefusedError, match="nearly full"):
        open_data_dir(home)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_it_refuses_a_directory_that_it_may_not_write():
    with pytest.raises(RefusedError, match="cannot be written"):
        open_data_dir(Home(Path("/usr/faultline")))


def test_it_refuses_a_file_in_the_place_of_the_directory(tmp_path):
    (tmp_path / "data").touch()

    with pytest.raises(RefusedError, match="cannot be written"):
        open_data_dir(Home(tmp_path / "data"))


@pytest.mark.parametrize("name", ['quo"te', "hash#", "semi;colon", "per%cent", "new\nline"])
def test_it_refuses_a_name_that_configuration_files_choke_on(tmp_path, name):
    with pytest.raises(RefusedError, match="choke"):
        open_data_dir(Home(tmp_path / name))
