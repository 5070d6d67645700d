"""Which of our files a user without rights could not reach, and how to lend them to a sandbox."""

from __future__ import annotations

import stat
from collections.abc import Sequence
from pathlib import Path

from judge.errors import SandboxUnavailableError

_LANDINGS = ("/mnt", "/media", "/srv", "/opt", "/run")
"""Folders that every Linux has. One is covered by a small tmpfs, in the sandbox's own mount
namespace only, so nothing is made on the host and nothing needs to be removed."""

# The paths come as arguments, never as text of the script.
_LEND = """
at=$1; shift
mount -t tmpfs -o size=1m,mode=755 tmpfs "$at" || exit 70
n=0
while [ "$1" != -- ]; do
  mkdir "$at/$n" && mount --bind "$1" "$at/$n" || exit 71
  n=$((n + 1)); shift
done
shift
exec "$@"
"""


def is_reachable(path: Path) -> bool:
    """Whether a user without any rights may enter every folder above `path`."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def require_readable(paths: Sequence[Path]) -> None:
    """Do nothing when a user without any rights may read the folders `paths` themselves.

    Raises:
        SandboxUnavailableError: "files-not-readable": made under a strict umask. No bind mount
            helps against that.
    """
    needed = stat.S_IROTH | stat.S_IXOTH
    closed = [str(path) for path in paths if path.stat().st_mode & needed != needed]
    if closed:
        raise SandboxUnavailableError(
            "files-not-readable",
            f"{', '.join(closed)} cannot be read by the users that sandboxes run as."
            f" Run: chmod -R o+rX {' '.join(closed)}",
        )


def lend(paths: Sequence[Path]) -> tuple[list[str], dict[Path, Path]]:
    """A command prefix that makes `paths` reachable, and where each is to be found then.

    Those that anybody can reach already are left where they are. The prefix is empty when that
    is true of all; otherwise it needs root. Only meant for root, who drops its rights next: the
    checkout may be /root/faultline, which no other user can enter.

    Raises:
        SandboxUnavailableError: see `require_readable`; or there is no place to lend them at.
    """
    require_readable(paths)
    hidden = [path for path in paths if not is_reachable(path)]
    if not hidden:
        return [], {path: path for path in paths}
    landing = _landing(paths)
    found = {path: Path(landing, str(n)) for n, path in enumerate(hidden)}
    prefix = ["unshare", "--mount", "--propagation", "private", "--", "sh", "-c", _LEND, "sh"]
    prefix += [landing, *map(str, hidden), "--"]
    return prefix, {path: found.get(path, path) for path in paths}


def _landing(paths: Sequence[Path]) -> str:
    for candidate in _LANDINGS:
        folder = Path(candidate)
        if folder.is_dir() and not any(path.is_relative_to(folder) for path in paths):
            return candidate
    raise SandboxUnavailableError(
        "no-landing", "None of " + ", ".join(_LANDINGS) + " can hold the sandbox's bind mounts."
    )
