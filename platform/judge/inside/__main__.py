"""The supervisor: first process of a sandbox; hears requests on stdin, answers on stdout."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from judge.errors import JudgeError
from judge.inside.lifeline import hold_lifeline
from judge.inside.network import Network, build_network
from judge.inside.ops import OPS
from judge.inside.stage import Stage

USUAL_BROKERS = 3
"""Namespaces are made for so many before the shape is known; a larger one adds what it lacks."""

_OOM_SCORE = "300"
"""A run that loses a broker is judged again; the site holds everybody's work. 0 is usual."""

_HOSTS = "127.0.0.1 localhost sandbox learner\n"
_USERS = "root:x:0:0::/tmp:/bin/sh\nlearner:x:1000:1000::/tmp:/bin/sh\n"


class Voice:
    """Writes JSON lines to the host, whole, from any thread."""

    def __init__(self, fd: int) -> None:
        self._fd, self._lock = fd, threading.Lock()

    def say(self, message: dict[str, Any]) -> None:
        """Send one message. A host that is gone ends the sandbox."""
        rest = memoryview(json.dumps(message, separators=(",", ":")).encode() + b"\n")
        try:
            with self._lock:
                while rest:
                    rest = rest[os.write(self._fd, rest) :]
        except OSError:
            os._exit(0)


def main() -> None:
    """Build the network, say hello, then serve requests until stdin closes."""
    hold_lifeline()
    _go_before_the_site()
    requests_fd, voice = _take_pipes()
    _write_etc()
    try:
        from judge.inside.seccomp import learner_filter

        learner_filter()
        network = build_network(range(1, USUAL_BROKERS + 1))
    except JudgeError as error:
        voice.say(
            {"unable": {"code": error.code, "message": error.message, "detail": error.detail}}
        )
        return
    except (OSError, ImportError) as error:
        voice.say({"unable": {"code": "sandbox-setup-failed", "message": str(error)}})
        return
    stage = Stage(say=voice.say, network=network)
    voice.say({"hello": {"pid": os.getpid(), "namespaces": _namespaces(network)}})
    inbox: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(requests_fd, inbox, stage), daemon=True).start()
    while True:
        serve(stage, inbox.get())


def serve(stage: Stage, request: dict[str, Any]) -> None:
    """Run one request and answer it; whatever fails in it is an answer too."""
    number, name = request.pop("id", None), request.pop("op", None)
    stage.begin()
    try:
        operation = OPS.get(str(name))
        if operation is None:
            raise JudgeError("unknown-op", f"The sandbox knows no operation {name!r}.")
        answer = {"ok": operation(stage, **request)}
    except JudgeError as error:
        body = {"code": error.code, "message": error.message, "detail": error.detail}
        answer = {"error": body}
    except Exception as error:  # the boundary: our bug becomes a JudgeError on the host
        detail = traceback.format_exc()[-8000:]
        message = f"{name} failed: {type(error).__name__}: {error}"
        answer = {"error": {"code": "judge-error", "message": message, "detail": detail}}
    stage.end()
    stage.say({"id": number, **answer})


def _listen(fd: int, inbox: queue.Queue[dict[str, Any]], stage: Stage) -> None:
    with os.fdopen(fd, "rb") as lines:
        for line in lines:
            request = json.loads(line)
            if request.get("op") == "stop":
                stage.stop_requested.set()
            else:
                # Cleared here and not when it begins: a stop may come before the main thread looks.
                stage.stop_requested.clear()
                inbox.put(request)
    # The host is gone or wants us gone. The kernel ends the pid namespace with its first child.
    os._exit(0)


def _go_before_the_site() -> None:
    """Let the kernel end sandboxes first when memory runs out; all started here inherits it."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(_OOM_SCORE, encoding="ascii")


def _take_pipes() -> tuple[int, Voice]:
    """Keep the pipes to ourselves, so that no child and no stray print can speak on them."""
    requests, answers = os.dup(0), os.dup(1)  # dup makes them close-on-exec
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    os.dup2(2, 1)
    sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115
    return requests, Voice(answers)


def _write_etc() -> None:
    """The few files of /etc that the JVM and Python look for; none is taken from the host."""
    etc = Path("/etc")
    etc.mkdir(exist_ok=True)
    (etc / "hosts").write_text(_HOSTS, encoding="ascii")
    (etc / "passwd").write_text(_USERS, encoding="ascii")
    (etc / "nsswitch.conf").write_text("hosts: files\n", encoding="ascii")


def _namespaces(network: Network) -> dict[str, int]:
    named = {f"broker-{i}": fd for i, fd in network.broker_ns.items()}
    named |= {"platform": network.platform_ns, "tap": network.tap_ns}
    return named | {"learner": network.learner_ns, "bridge": network.bridge_ns}


if __name__ == "__main__":
    main()
