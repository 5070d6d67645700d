"""Reads the labs from their folders, and keeps a broken one from harming the others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from judge.errors import LabError
from judge.lab import Lab, lab_folders, load_lab


class UnknownLabError(LookupError):
    """No lab of that name is on offer."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """A lab's folder as it was found: either the lab, or the author's error that spoils it."""

    slug: str
    lab: Lab | None
    error: LabError | None = None


# A lab is read again only when a file in its folder changed; reading all of them on every
# request would cost milliseconds that grow with the shelf.
_read: dict[Path, tuple[tuple[tuple[str, int, int], ...], Shelved]] = {}


def shelf() -> list[Shelved]:
    """Every lab's folder, in order of name, broken ones included."""
    return [_shelve(folder) for folder in lab_folders(Path(settings.LABS_DIR))]


def labs() -> list[Lab]:
    """The labs that can be taken."""
    return [found.lab for found in shelf() if found.lab]


def find_lab(slug: str) -> Lab:
    """The lab of that name. Raises UnknownLabError when there is none, or only a broken one."""
    for folder in lab_folders(Path(settings.LABS_DIR)):
        if folder.name == slug and (lab := _shelve(folder).lab):
            return lab
    raise UnknownLabError(slug)


def _shelve(folder: Path) -> Shelved:
    marks = _marks(folder)
    known = _read.get(folder)
    if known and known[0] == marks:
        return known[1]
    try:
        found = Shelved(folder.name, load_lab(folder))
    except LabError as wrong:
        found = Shelved(folder.name, None, wrong)
    except (OSError, UnicodeDecodeError) as wrong:
        # The author's file cannot even be read: theirs to mend, and no reason to fall over.
        found = Shelved(folder.name, None, LabError(folder.name, "", f"cannot be read: {wrong}"))
    _read[folder] = (marks, found)
    return found


def _marks(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time of change in ns and size in bytes of each file: changes when a file does."""
    found = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            state = path.stat()
            found.append((str(path.relative_to(folder)), state.st_mtime_ns, state.st_size))
    return tuple(found)
