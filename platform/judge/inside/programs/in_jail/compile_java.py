"""Compiles the sources in /work and prints what came of it: problems, or a jar, a line each.

It runs in a jail of its own, in which nothing of the learner's is ever executed, so what it
prints is the compiler's word. Arguments: the compiler's command line.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

_CLASSES, _JAR, _LOG = Path("/tmp/classes"), Path("/tmp/program.jar"), Path("/tmp/log.xml")  # noqa: S108
_CHUNK_BYTES = 30_000
_MOST_PROBLEMS = 50


def main() -> None:
    """Compile, and print `problem {…}` lines, or `jar …` lines, then `done`."""
    sources = sorted(str(path) for path in Path("/work").glob("*.java"))
    _CLASSES.mkdir()
    command = [*sys.argv[1:], "-log", str(_LOG), "-d", str(_CLASSES), *sources]
    ended = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
    problems = _problems()
    for problem in problems[:_MOST_PROBLEMS]:
        print("problem", json.dumps(problem))  # noqa: T201
    if ended.returncode and not problems:
        raise SystemExit(f"the compiler ended with {ended.returncode} and named no problem")
    if not ended.returncode:
        _print_jar()
    print("done")  # noqa: T201


def _problems() -> list[dict[str, object]]:
    """The errors, in order of file and line."""
    found: list[dict[str, object]] = []
    for source in ElementTree.parse(_LOG).getroot().iter("source"):  # noqa: S314 - the compiler's
        name = Path(source.get("path", "")).name
        for problem in source.iter("problem"):
            message = problem.find("message")
            if problem.get("severity") == "ERROR" and message is not None:
                line, text = int(problem.get("line", "0")), message.get("value", "")
                found.append({"file": name, "line": line, "message": text})
    return sorted(found, key=lambda each: (str(each["file"]), each["line"]))


def _print_jar() -> None:
    with zipfile.ZipFile(_JAR, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(_CLASSES.rglob("*.class")):
            packed.write(path, path.relative_to(_CLASSES))
    body = _JAR.read_bytes()
    for start in range(0, len(body), _CHUNK_BYTES):
        print("jar", base64.b64encode(body[start : start + _CHUNK_BYTES]).decode())  # noqa: T201


if __name__ == "__main__":
    main()
