"""Whether a TCP port is free, who has it otherwise, and which one is."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from launcher.errors import RefusedError

_LISTENING = "0A"


def require_free(host: str, port: int) -> None:
    """Refuse when `host`:`port` cannot be listened on, saying who has it and which one is free.

    Raises:
        RefusedError: taken, forbidden, or not an address of this machine.
    """
    try:
        _listen(host, port)
    except PermissionError:
        raise RefusedError(
            f"port {port} is below 1024, which only root may use.", f"Try --port {8000 + port}."
        ) from None
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise RefusedError(
                f"cannot listen on {host}: {error.strerror or error}.",
                "Choose an address of this machine with --host, or leave it out.",
            ) from None
        by = f" by {who}" if (who := holder(port)) else ""
        raise RefusedError(
            f"port {port} is taken{by}.", f"Try --port {next_free(host, port)}."
        ) from None


def next_free(host: str, port: int) -> int:
    """The first of the hundred ports after `port` that is free now; else any free one."""
    for candidate in range(port + 1, min(port + 100, 65536)):
        try:
            return _listen(host, candidate)
        except OSError:
            continue
    return _listen(host, 0)


def holder(port: int) -> str | None:
    """The program that listens on `port`, as "name (process N)"; None when this user cannot see."""
    inodes = _listening_inodes(port)
    for process in Path("/proc").glob("[0-9]*") if inodes else ():
        with suppress(OSError):  # it has ended meanwhile, or is somebody else's
            if inodes & set(_open_files(process)):
                return f"{(process / 'comm').read_text().strip()} (process {process.name})"
    return None


def _open_files(process: Path) -> Iterator[str]:
    for descriptor in (process / "fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            yield str(descriptor.readlink())


def _listening_inodes(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        path = Path(table)
        for line in path.read_text().splitlines()[1:] if path.is_file() else ():
            words = line.split()
            if words[3] == _LISTENING and int(words[1].rsplit(":", 1)[1], 16) == port:
                found.add(f"socket:[{words[9]}]")
    return found


def _listen(host: str, port: int) -> int:
    family, kind, protocol, _, address = socket.getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the web server does: a port in TIME_WAIT is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)
        # Two may bind with that option; only one may listen.
        probe.listen(1)
        return int(probe.getsockname()[1])
