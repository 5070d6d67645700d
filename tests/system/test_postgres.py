"""The site's tests pass on Postgres too, where this machine has one."""

import os
import pwd
import subprocess
import sys
from pathlib import Path

import pytest

from browser.live_site import WITH_PARENT
from judge.waiting import wait_until
from ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SITE = ("web", "accounts", "guide", "catalog", "submissions", "attempts", "progress")


def newest_programs():
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else None


@pytest.fixture
def database(tmp_path_factory):
    """A cluster of the test's own; Postgres refuses to run as root, so root lends it to nobody."""
    programs, folder, port = newest_programs(), Path("/tmp") / f"fl-pg-{os.getpid()}", free_port()
    if programs is None:
        pytest.skip("no Postgres on this machine")
    folder.mkdir(mode=0o700)
    as_owner = []
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        as_owner = ["setpriv", "--reuid", "nobody", "--regid", str(nobody.pw_gid)]
        as_owner += ["--clear-groups", "--"]
    data = ["-D", str(folder / "data")]
    run = [*as_owner, programs / "initdb", *data, "-A", "trust", "-U", "faultline", "--no-sync"]
    subprocess.run(run, check=True, capture_output=True)
    serve = [programs / "postgres", *data, "-p", str(port), "-k", str(folder), "-F"]
    with subprocess.Popen(
        [*as_owner, *WITH_PARENT, *serve], stderr=subprocess.DEVNULL, cwd="/"
    ) as server:
        ask = [programs / "pg_isready", "-h", str(folder), "-p", str(port)]
        wait_until(
            lambda: subprocess.run(ask, capture_output=True).returncode == 0, 30, "no Postgres"
        )
        yield f"postgres://faultline:x@127.0.0.1:{port}/postgres"
        server.terminate()
    subprocess.run([*as_owner, "rm", "-rf", str(folder)], check=False)


@pytest.mark.slow
def test_it_passes_the_sites_tests_on_postgres(database):
    env = os.environ | {"FAULTLINE_DATABASE_URL": database}
    folders = [str(ROOT / "tests" / name) for name in SITE]

    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", *folders],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stdout[-3000:]
