"""platform/ is a source root, and every package in it has its place in the import rules."""

import platform
import re
import sys
from pathlib import Path

from architecture.source import PLATFORM, ROOT, modules, packages, pyproject, shown

RULES = pyproject()["tool"]["importlinter"]
VAGUE = {"utils", "util", "helpers", "helper", "manager", "managers", "common", "misc", "base"}


def test_it_leaves_the_standard_librarys_platform_alone():
    # With an __init__.py there, `import uuid` and much else would break.
    assert not (PLATFORM / "__init__.py").exists()
    assert not Path(platform.__file__).is_relative_to(ROOT)


def test_it_names_no_package_like_one_of_the_standard_library_or_a_dependency():
    dependencies = {
        re.split(r"[\[~=><]", line)[0].replace("-", "_")
        for line in pyproject()["project"]["dependencies"]
    }
    top_folders = {path.name for path in ROOT.iterdir() if path.is_dir()}
    taken = set(sys.stdlib_module_names) | dependencies | top_folders | {"kafka"}

    assert set(packages()).isdisjoint(taken)


def test_it_holds_every_package_to_the_import_rules():
    assert sorted(RULES["root_packages"]) == list(packages())


def test_it_gives_every_package_a_layer():
    (layers,) = [c for c in RULES["contracts"] if c["type"] == "layers"]
    placed = {name.strip() for layer in layers["layers"] for name in layer.split("|")}

    assert placed == set(packages())


def test_it_names_no_module_after_nothing_in_particular():
    vague = [shown(path) for path in modules() if path.stem in VAGUE]

    assert vague == []
