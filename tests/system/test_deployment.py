"""The compose file, the image and the seccomp profile say what docs/operating.md promises."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from launcher.packages import RUNTIME

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def services():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]


def test_it_has_the_parts_of_a_site_on_one_machine(services):
    assert {"db", "redis", "migrate", "web", "worker", "tend"} == set(services)


@pytest.mark.parametrize("name", ["migrate", "web", "worker", "tend"])
def test_it_gives_our_own_processes_no_privilege(services, name):
    service = services[name]

    assert service["user"] == "10001:10001"
    assert service["cap_drop"] == ["ALL"]
    assert service["read_only"] is True
    assert "no-new-privileges:true" in service["security_opt"]
    assert "privileged" not in service
    assert "docker.sock" not in json.dumps(service)


def test_it_lets_the_worker_make_sandboxes_and_nobody_else(services):
    allowed = {
        name
        for name, service in services.items()
        if "systempaths=unconfined" in service.get("security_opt", ())
    }

    assert allowed == {"worker"}
    assert "seccomp:./deploy/faultline-seccomp.json" in services["worker"]["security_opt"]
    assert services["worker"]["mem_limit"]
    assert services["worker"]["pids_limit"]


def test_it_tells_every_process_of_the_site_the_same(services):
    told = {name: services[name]["environment"] for name in ("migrate", "web", "worker", "tend")}

    assert len({json.dumps(environment, sort_keys=True) for environment in told.values()}) == 1
    assert {"FAULTLINE_SECRET_KEY", "FAULTLINE_DATABASE_URL", "FAULTLINE_REDIS_URL"} <= set(
        told["web"]
    )


def test_it_starts_the_web_server_after_the_tables_are_there(services):
    waits = services["web"]["depends_on"]

    assert waits["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_it_keeps_the_queue_on_disk_and_evicts_nothing(services):
    command = " ".join(services["redis"]["command"])

    assert "--appendonly yes --appendfsync everysec --maxmemory-policy noeviction" in command


def test_it_adds_one_rule_to_dockers_own_profile():
    profile = json.loads((ROOT / "deploy" / "faultline-seccomp.json").read_text())

    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    *_, ours = profile["syscalls"]
    assert set(ours["names"]) == {
        *("clone", "unshare", "setns", "sethostname"),
        *("mount", "umount2", "pivot_root"),
    }


def test_it_puts_every_package_of_the_launcher_into_the_image():
    lines = (ROOT / "Dockerfile").read_text()

    # The image has Debian's own Python, whichever runs these tests.
    packages = [re.sub(r"^python3\.\d+", "python3", need.package) for need in RUNTIME]
    assert [package for package in packages if package not in lines] == []
    assert "USER 10001:10001" in lines


@pytest.mark.skipif(shutil.which("docker-compose") is None, reason="no compose v2 on this machine")
def test_it_is_a_compose_file_to_compose_itself():
    told = subprocess.run(
        ["docker-compose", "config", "-q"],
        cwd=ROOT,
        env={"FAULTLINE_SECRET_KEY": "x", "PATH": "/usr/bin:/usr/local/bin"},
        capture_output=True,
        text=True,
    )

    assert told.returncode == 0, told.stderr
