"""The committed bundle: exact pins, no host in the lock, one file for htmx."""

import json
import re
from pathlib import Path

import web

FRONTEND = Path(web.__file__).parent / "frontend"
SERVED = Path(web.__file__).parent / "static" / "web"


def test_it_pins_every_package_exactly():
    package = json.loads((FRONTEND / "package.json").read_text())

    loose = [
        v for v in package["devDependencies"].values() if not re.fullmatch(r"\d+\.\d+\.\d+", v)
    ]
    assert loose == []


def test_it_locks_every_package_by_hash_and_names_no_host():
    lock = json.loads((FRONTEND / "package-lock.json").read_text())

    packages = {name: row for name, row in lock["packages"].items() if name}
    assert [name for name, row in packages.items() if "integrity" not in row] == []
    assert [name for name, row in packages.items() if "resolved" in row] == []


def test_it_serves_htmx_without_a_map_that_is_not_there():
    script = (SERVED / "htmx.js").read_text()

    assert "htmx" in script
    assert "sourceMappingURL" not in script


def test_it_serves_one_file_for_every_entry():
    entries = {path.name for path in (FRONTEND / "entries").iterdir()}

    assert entries <= {path.name for path in SERVED.iterdir()}
