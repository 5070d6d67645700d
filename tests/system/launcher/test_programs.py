"""What is supervised, and how: nothing may outlive the launcher."""

import configparser
import shlex

import pytest

from judge.home import Home
from launcher.datadir import open_data_dir
from launcher.environment import answered_hosts, default_slots, site_environment
from launcher.programs import programs, supervisord_config, uses_embedded_redis, write_config
from launcher.project import find_project
from launcher.redis_server import redis_config, socket_path
from launcher.supervise import restarted


@pytest.fixture
def home(tmp_path):
    made = Home(tmp_path / "my data")
    open_data_dir(made)
    return made


def configured(home, **inherited):
    environment = site_environment(home, "127.0.0.1", inherited)
    wanted = programs(find_project(), home, "127.0.0.1", 8123, environment)
    config = configparser.RawConfigParser()
    config.read_string(supervisord_config(find_project(), home, wanted))
    return config


def test_it_runs_redis_web_worker_and_the_loop_that_tends_them(home):
    config = configured(home)

    names = {name for name in config.sections() if name.startswith("program:")}
    assert {"program:redis", "program:web", "program:worker"} <= names


def test_it_has_the_kernel_end_every_program_with_its_parent(home):
    config = configured(home)

    for name in config.sections():
        if name.startswith("program:"):
            command = shlex.split(config[name]["command"])
            assert command[:4] == ["setpriv", "--pdeathsig", "KILL", "--"]
            assert config[name]["killasgroup"] == config[name]["stopasgroup"] == "true"


def test_it_stops_redis_after_those_who_use_it(home):
    config = configured(home)

    assert int(config["program:redis"]["priority"]) < int(config["group:site"]["priority"])
    assert "redis" not in config["group:site"]["programs"]


def test_it_keeps_a_path_with_a_space_in_one_piece(home):
    command = shlex.split(configured(home)["program:redis"]["command"])

    assert command[-1] == str(home.run / "redis.conf")


def test_it_writes_no_secret_into_a_file(home):
    environment = site_environment(home, "127.0.0.1", {})
    wanted = programs(find_project(), home, "127.0.0.1", 8123, environment)

    path = write_config(find_project(), home, wanted)

    assert environment["FAULTLINE_SECRET_KEY"] not in path.read_text()


def test_it_starts_no_redis_when_another_is_named(home):
    config = configured(home, FAULTLINE_REDIS_URL="redis://elsewhere:6379/0")

    assert "program:redis" not in config.sections()


def test_it_knows_its_own_redis_by_the_socket(home):
    assert uses_embedded_redis(home, site_environment(home, "127.0.0.1", {}))


def test_it_writes_the_queue_to_disk_and_listens_on_no_port(home):
    lines = redis_config(home).splitlines()

    assert {"port 0", "appendonly yes", "maxmemory-policy noeviction"} <= set(lines)


def test_it_finds_a_nearer_place_for_a_socket_when_the_directory_is_deep(tmp_path):
    deep = Home(tmp_path / "/".join(["a-rather-long-name"] * 8))

    assert len(str(socket_path(deep, "redis.sock"))) < 100


def test_it_answers_to_the_names_that_the_operator_set_and_to_its_own_question(home):
    ours = site_environment(home, "0.0.0.0", {"FAULTLINE_ALLOWED_HOSTS": "faultline.example"})

    assert ours["FAULTLINE_ALLOWED_HOSTS"] == "faultline.example,localhost"


def test_it_leaves_alone_what_the_operator_set(home):
    ours = site_environment(home, "127.0.0.1", {"FAULTLINE_SLOTS": "7"})

    assert ours["FAULTLINE_SLOTS"] == "7"


@pytest.mark.parametrize(
    ("cores", "memory_gb", "slots"), [(1, 24, 1), (2, 24, 3), (4, 64, 6), (8, 4, 2), (2, 1, 1)]
)
def test_a_machine_judges_more_at_once_than_it_has_cores_if_memory_allows(
    monkeypatch, cores, memory_gb, slots
):
    machine = {"SC_PAGE_SIZE": 1, "SC_PHYS_PAGES": memory_gb * 10**9}
    monkeypatch.setattr("os.sched_getaffinity", lambda _pid: set(range(cores)))
    monkeypatch.setattr("os.sysconf", machine.__getitem__)

    assert default_slots() == slots


def test_it_answers_to_other_names_only_when_others_may_reach_it():
    assert answered_hosts("127.0.0.1") == ["localhost", "127.0.0.1", "[::1]"]
    assert len(answered_hosts("0.0.0.0")) > 3
    assert "10.1.2.3" in answered_hosts("10.1.2.3")
    assert "[2001:db8::5]" in answered_hosts("2001:db8::5")


def test_it_tells_a_restart_from_a_program_that_runs_on():
    before = {"web": ("RUNNING", 10), "worker": ("RUNNING", 11), "redis": ("RUNNING", 12)}
    now = {"web": ("RUNNING", 10), "worker": ("RUNNING", 99), "redis": ("BACKOFF", 0)}

    assert restarted(before, now) == {"worker", "redis"}
