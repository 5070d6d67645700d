"""What a proof depends on: the files of a lab and of the engine that can change a verdict.

Both digests leave out what cannot. A lab's own texts (its *.md files) are read by people only,
and an engine's comments, docstrings and blank lines by nobody that runs it. Whatever is new
counts until it is named here, so a forgotten file makes a receipt stale and never wrongly fresh.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path

import judge

DIGITS = 16
"""Hexadecimal digits kept: enough that nobody meets two alike, short enough to be compared."""

BESIDE = ("cli", "bench", "doctor", "story", "receipts", "verify.py", "spinners.py")
"""Parts of the engine that no verdict passes through: commands, measurements, the examination of
a machine, the pictures of a run that is judged already, and the proving itself."""

_SOURCES = ("*.py", "*.lock", "*.properties", "*.java", "*.toml")


def lab_digest(folder: Path) -> str:
    """Digest of everything in a lab's folder that a run reads: all but its *.md files."""
    files = (path for path in folder.rglob("*") if path.is_file())
    read = [path for path in files if path.parent != folder or path.suffix != ".md"]
    return _digest(folder, read, Path.read_bytes)


def engine_digest(package: Path = Path(judge.__file__).parent) -> str:
    """Digest of the engine's code: every source file of `package` but those of `BESIDE`."""
    found = (path for pattern in _SOURCES for path in package.rglob(pattern))
    read = [path for path in found if path.relative_to(package).parts[0] not in BESIDE]
    stats = [path.stat() for path in read]
    marks = tuple((stat.st_mtime_ns, stat.st_size) for stat in stats)
    return _engine_digest(package, tuple(read), marks)


@cache
def _engine_digest(
    package: Path, read: tuple[Path, ...], _marks: tuple[tuple[int, int], ...]
) -> str:
    """Kept for as long as no file changes: all of them take a second, and every run asks."""
    return _digest(package, read, code_of)


def code_of(path: Path) -> bytes:
    """What runs of a file: Python without comments, docstrings and blank lines, others whole."""
    body = path.read_bytes()
    if path.suffix != ".py":
        return body
    text = body.decode("utf-8")
    lines = text.splitlines()
    for row, column in _comments(text):
        lines[row - 1] = lines[row - 1][:column]
    for first, last in _docstrings(ast.parse(text), lines):
        lines[first - 1 : last] = [""] * (last - first + 1)
    return "\n".join(line.rstrip() for line in lines if line.strip()).encode()


def _comments(text: str) -> Iterator[tuple[int, int]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            yield token.start


def _docstrings(tree: ast.Module, lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """First and last line of every string that is a statement: such a one does nothing."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
            continue
        before = lines[node.lineno - 1].encode()[: node.col_offset]
        if isinstance(node.value.value, str) and not before.strip():
            yield node.lineno, node.end_lineno or node.lineno


def _digest(root: Path, files: Iterable[Path], content: Callable[[Path], bytes]) -> str:
    total = hashlib.sha256()
    for path in sorted(files):
        if "__pycache__" not in path.parts:
            total.update(str(path.relative_to(root)).encode() + b"\0")
            total.update(hashlib.sha256(content(path)).digest())
    return total.hexdigest()[:DIGITS]
