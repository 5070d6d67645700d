"""As process 1 of a container the launcher buries orphans and passes signals on."""

import shutil
import subprocess
import sys

import pytest

ORPHANS = """
import os, sys
from launcher.first_process import stand_in_for_init
stand_in_for_init()
first, told = os.getpid(), os.pipe()
if os.fork() == 0:
    orphan = os.fork()
    if orphan == 0:
        os._exit(0)  # ends after or before its parent: process 1 inherits it either way
    os.write(told[1], str(orphan).encode())
    os._exit(0)
os.wait()
orphan = int(os.read(told[0], 16))
while os.path.exists(f"/proc/{orphan}"):
    pass
print("child", first, "buried")
sys.exit(7)
"""


def as_process_one(code):
    """Run it in a pid namespace of its own, as the first process there."""
    unshare = ["unshare", "--user", "--map-root-user", "--pid", "--fork", "--mount-proc"]
    return subprocess.run(
        [*unshare, sys.executable, "-c", code], capture_output=True, text=True, timeout=60
    )


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs util-linux")
def test_it_buries_the_orphans_of_a_container_and_ends_as_its_child_did():
    ended = as_process_one(ORPHANS)

    assert ended.stdout == "child 2 buried\n", ended.stderr
    assert ended.returncode == 7


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs util-linux")
def test_it_ends_like_a_shell_would_when_its_child_was_killed():
    code = (
        "import os; from launcher.first_process import stand_in_for_init as s; s(); os.kill(2, 9)"
    )

    assert as_process_one(code).returncode == 128 + 9


def test_it_is_no_init_where_there_is_one():
    code = "import os, launcher.first_process as f; f.stand_in_for_init(); print(os.getpid())"
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)

    assert process.communicate()[0] == f"{process.pid}\n"
