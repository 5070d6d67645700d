"""What was prepared from what, so that a start does again only what has changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from judge.home import Home
from launcher.datadir import write_whole


def digest(sources: Iterable[Path], *words: str) -> str:
    """Names the content of some files and words."""
    names = hashlib.sha256()
    for path in sources:
        names.update(f"{path}\0".encode() + path.read_bytes())
    names.update("\0".join(words).encode())
    return names.hexdigest()


def known(home: Home, name: str, stamp: str) -> bool:
    """Whether `name` was last prepared from what `stamp` names."""
    return _all_known(home).get(name) == stamp


def remember(home: Home, name: str, stamp: str) -> None:
    """Note that `name` is prepared from what `stamp` names."""
    write_whole(_path(home), json.dumps({**_all_known(home), name: stamp}, indent=1))


def _all_known(home: Home) -> dict[str, str]:
    """Nothing where the file is none: whatever it said is done once more."""
    try:
        found = json.loads(_path(home).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _path(home: Home) -> Path:
    return home.run / "prepared.json"
