"""Check that a whole sandbox starts, cuts a connection, and jails a program in it."""

from __future__ import annotations

from judge.doctor.check import Check, failed, passed
from judge.errors import JudgeError
from judge.home import Home
from judge.sandbox.link import start_sandbox

_TIMEOUT_S = 30.0

_REMEDIES = {
    "network-failed": "The kernel needs two modules: sudo modprobe -a veth bridge",
    "cut-failed": "The kernel needs a module: sudo modprobe nf_tables",
}


def check_sandbox(home: Home) -> Check:
    """The real thing, without brokers: what works here works in a run."""
    try:
        with start_sandbox(home) as sandbox:
            found = sandbox.request("probe", timeout_s=_TIMEOUT_S)
    except JudgeError as error:
        remedy = _REMEDIES.get(error.code, "Mend what the checks above name.")
        if error.code == "files-not-readable":
            remedy = error.message.partition("Run: ")[2]
        text = " ".join(str(error).split())
        return failed("sandbox", text[-400:], remedy)
    return passed("sandbox", f"network, cut ({found['dropped']} packets held) and jail work")
