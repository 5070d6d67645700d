"""Runs a scene in a sandbox of its own, with the scene as its supervisor."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from judge.home import Home
from judge.sandbox.spawn import sandbox_command
from judge.sandbox.uid import claim_uid

PRELUDE = """
import sys, types
sys.modules["sandboxes"] = types.ModuleType("sandboxes")
for name, text in {beside!r}.items():
    module = sys.modules["sandboxes." + name] = types.ModuleType("sandboxes." + name)
    exec(text, module.__dict__)
exec({scene!r})
"""
BESIDE = ("tap_stage", "tap_programs")
"""The sandbox holds the platform and none of its tests: what a scene imports goes along."""


def run_scene(home: Home, name: str, *arguments: Any, patience_s: float = 240) -> Any:
    """What `tests/sandboxes/<name>.py` prints, given the arguments as JSON."""
    uid = claim_uid() if os.geteuid() == 0 else None
    command = sandbox_command(home, uid.number if uid else None)
    at = command.index("judge.inside")
    beside = {other: _text(other) for other in BESIDE}
    code = PRELUDE.format(beside=beside, scene=_text(name))
    command[at - 1 :] = ["-c", code]
    try:
        done = subprocess.run(
            [*command, *map(json.dumps, arguments)],
            capture_output=True,
            text=True,
            env={},
            cwd="/",
            timeout=patience_s,
        )
    finally:
        if uid:
            uid.release()
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)


def _text(name: str) -> str:
    return Path(__file__).with_name(f"{name}.py").read_text(encoding="utf-8")
