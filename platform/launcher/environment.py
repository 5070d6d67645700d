"""The environment variables that the site's processes get: all of its configuration."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Mapping

from judge.home import Home
from launcher.datadir import secret_key
from launcher.redis_server import socket_path

VARIABLES = {
    "FAULTLINE_DATA": "the data directory",
    "FAULTLINE_SECRET_KEY": "signs sessions; made once and kept in the data directory",
    "FAULTLINE_DATABASE_URL": "postgres://…; SQLite in the data directory when absent",
    "FAULTLINE_REDIS_URL": "redis://… or unix://…; a Redis of our own when absent",
    "FAULTLINE_ALLOWED_HOSTS": "host names that the site answers to, with commas",
    "FAULTLINE_SLOTS": "attempts judged at once on this machine",
}
"""What the launcher itself sets or reads, with its meaning; docs/operating.md lists them all."""

_ATTEMPT_BYTES = 700_000_000
"""Memory that one judged run takes: three brokers at 420 MB, their clients, the program's limit."""


def site_environment(home: Home, host: str, inherited: Mapping[str, str]) -> dict[str, str]:
    """The environment of every process of the site; what `inherited` sets already stays."""
    ours = {
        "FAULTLINE_DATA": str(home.path),
        "FAULTLINE_SECRET_KEY": inherited.get("FAULTLINE_SECRET_KEY") or secret_key(home),
        "FAULTLINE_REDIS_URL": f"unix://{socket_path(home, 'redis.sock')}",
        "FAULTLINE_ALLOWED_HOSTS": ",".join(answered_hosts(host)),
        "FAULTLINE_SLOTS": str(default_slots()),
        "PYTHONUNBUFFERED": "1",
    }
    # The launcher's own path must not leak: the editable install serves the site's processes.
    # An empty variable is one that is not set: compose files leave such behind.
    kept = {name: value for name, value in inherited.items() if value and name != "PYTHONPATH"}
    if named := kept.get("FAULTLINE_ALLOWED_HOSTS"):
        # The launcher itself asks localhost whether the site is up.
        kept["FAULTLINE_ALLOWED_HOSTS"] = f"{named},localhost"
    return {**ours, **kept, "FAULTLINE_DATA": str(home.path)}


def answered_hosts(host: str) -> list[str]:
    """The names under which the site may be asked for, when it listens on `host`."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if not _is_loopback(host):
        names += [socket.gethostname(), socket.getfqdn(), *_own_addresses()]
        if not _is_wildcard(host):
            names.append(shown_host(host))
    return list(dict.fromkeys(names))


def default_slots() -> int:
    """How many attempts this machine judges at once: half as many again as it has cores.

    An attempt mostly waits, for brokers and for orders at their pace. Three on two cores judge
    more than half as many again as one alone, each slower (`judge bench concurrency`); the door
    of the worker lets nobody in while the cores have no time. Memory counts for half.
    """
    cores = len(os.sched_getaffinity(0))
    memory_bytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(cores + cores // 2, memory_bytes // 2 // _ATTEMPT_BYTES))


def shown_host(host: str) -> str:
    """The name to put into a URL for a server that listens on `host`."""
    if _is_wildcard(host):
        return "localhost"
    return f"[{host}]" if ":" in host else host


def _is_wildcard(host: str) -> bool:
    return host in ("0.0.0.0", "::", "")  # noqa: S104 (compared, not bound)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _own_addresses() -> list[str]:
    """Addresses by which other machines may know this one; none when it has no network."""
    try:
        found = socket.getaddrinfo(socket.gethostname(), None)
    except OSError:
        return []
    # A link-local address carries the name of its interface, which no browser sends.
    return [shown_host(str(row[4][0]).partition("%")[0]) for row in found]
