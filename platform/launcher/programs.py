"""The programs of a running Faultline, and the supervisord configuration that runs them."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from judge.home import Home
from launcher.project import Project
from launcher.redis_server import redis_binary, redis_config, socket_path


@dataclass(frozen=True, slots=True)
class Program:
    """One supervised command.

    `stop_s` is how long it may take to end before it is killed. `order`: lower starts first and
    stops last.
    """

    name: str
    command: tuple[str, ...]
    stop_signal: str = "TERM"
    stop_s: int = 5
    order: int = 20


def programs(
    project: Project, home: Home, host: str, port: int, environment: Mapping[str, str]
) -> list[Program]:
    """Redis (unless another is used), the web server, the worker, and the loop that tends them."""
    python = str(project.python)
    found = []
    if uses_embedded_redis(home, environment):
        config = home.run / "redis.conf"
        found.append(Program("redis", (str(redis_binary()), str(config)), order=10))
    web = [python, "-m", "uvicorn", "config.asgi:application", "--host", host, "--port", str(port)]
    # Live pages hold their connection for ever: without the limit a stop would wait for them.
    web += ["--timeout-graceful-shutdown", "3", "--no-server-header"]
    found.append(Program("web", tuple(web)))
    slots = environment["FAULTLINE_SLOTS"]
    worker = [python, "-m", "celery", "-A", "config", "worker", "--pool", "threads", "-c", slots]
    worker += ["-n", "faultline@%h", "--without-gossip", "--without-mingle", "--loglevel", "INFO"]
    # QUIT leaves at once: a run that is cut short goes back to the queue and costs nothing.
    found.append(Program("worker", tuple(worker), stop_signal="QUIT", stop_s=4))
    if any(project.root.glob("platform/*/management/commands/tend.py")):
        found.append(Program("tend", (python, str(project.root / "manage.py"), "tend")))
    return found


def uses_embedded_redis(home: Home, environment: Mapping[str, str]) -> bool:
    """Whether Redis is ours to start: it is unless FAULTLINE_REDIS_URL names another one."""
    return environment["FAULTLINE_REDIS_URL"] == f"unix://{socket_path(home, 'redis.sock')}"


def write_config(project: Project, home: Home, wanted: list[Program]) -> Path:
    """Write what supervisord and Redis read into the data directory; returns supervisord's."""
    if any(program.name == "redis" for program in wanted):
        (home.run / "redis.conf").write_text(redis_config(home), encoding="utf-8")
    path = home.run / "supervisord.conf"
    path.write_text(supervisord_config(project, home, wanted), encoding="utf-8")
    return path


def supervisord_config(project: Project, home: Home, wanted: list[Program]) -> str:
    """The configuration of supervisord: foreground, no files but logs, its socket for us alone."""
    head = {
        "supervisord": {
            "nodaemon": "true",
            "silent": "true",
            "logfile": str(home.logs / "supervisord.log"),
            "logfile_maxbytes": "5MB",
            "logfile_backups": "1",
            "pidfile": str(home.run / "supervisord.pid"),
            "childlogdir": str(home.logs),
            "directory": str(project.root),
            # Or it warns about being root; the sandboxes drop to users of their own.
            **({"user": "root"} if os.geteuid() == 0 else {}),
        },
        "unix_http_server": {"file": str(socket_path(home, "super.sock")), "chmod": "0700"},
        "rpcinterface:supervisor": {
            "supervisor.rpcinterface_factory": ("supervisor.rpcinterface:make_main_rpcinterface")
        },
    }
    sections = {**head, **{f"program:{p.name}": _program(home, p) for p in wanted}}
    # One group: web, worker and tend are told to stop at the same moment, Redis after them.
    together = [p.name for p in wanted if p.order == 20]
    sections["group:site"] = {"programs": ",".join(together), "priority": "20"}
    return "\n".join(_section(name, keys) for name, keys in sections.items())


def _program(home: Home, program: Program) -> dict[str, str]:
    # The kernel kills the program when supervisord dies, however it dies.
    command = ("setpriv", "--pdeathsig", "KILL", "--", *program.command)
    return {
        "command": shlex.join(command),
        "priority": str(program.order),
        "autorestart": "true",
        "startsecs": "1",
        "startretries": "3",
        "stopsignal": program.stop_signal,
        "stopwaitsecs": str(program.stop_s),
        "stopasgroup": "true",
        "killasgroup": "true",
        "redirect_stderr": "true",
        "stdout_logfile": str(home.logs / f"{program.name}.log"),
        "stdout_logfile_maxbytes": "10MB",
        "stdout_logfile_backups": "2",
    }


def _section(name: str, keys: Mapping[str, str]) -> str:
    # supervisord expands %; a doubled one stands for itself.
    lines = [f"{key} = {value.replace('%', '%%')}" for key, value in keys.items()]
    return "\n".join([f"[{name}]", *lines, ""])
