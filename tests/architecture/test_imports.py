"""The import rules of pyproject.toml hold."""

import subprocess
import sys
from pathlib import Path

from architecture.source import ROOT


def test_it_keeps_the_layers_apart():
    linter = Path(sys.executable).with_name("lint-imports")

    told = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True)

    assert told.returncode == 0, told.stdout[-3000:]
