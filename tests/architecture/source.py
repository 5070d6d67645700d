"""The files of the checkout that the guard tests look at."""

from __future__ import annotations

import ast
import subprocess
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "platform"


@cache
def packages() -> tuple[str, ...]:
    """The names of the packages under platform/."""
    return tuple(sorted(path.parent.name for path in PLATFORM.glob("*/__init__.py")))


@cache
def modules() -> tuple[Path, ...]:
    """Every Python file of the product but migrations, which Django writes."""
    found = sorted(PLATFORM.rglob("*.py"))
    return tuple(path for path in found if {"migrations", "node_modules"}.isdisjoint(path.parts))


@cache
def files_of_tests() -> tuple[Path, ...]:
    """Every Python file of the tests."""
    return tuple(sorted((ROOT / "tests").rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


@cache
def pyproject() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@cache
def committed() -> tuple[Path, ...]:
    """Every file that git knows of and that is there."""
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    paths = (ROOT / name for name in listed.stdout.split("\0") if name)
    return tuple(path for path in paths if path.is_file())


def shown(path: Path) -> str:
    return str(path.relative_to(ROOT))
