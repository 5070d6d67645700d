"""The languages that a lab may name are those that the editor has colours for."""

import re
from pathlib import Path

from judge.lab import LANGUAGES

EDITOR = Path(__file__).parents[2] / "platform" / "web" / "frontend" / "scripts" / "editor.js"


def test_the_editor_has_colours_for_every_language_that_a_lab_may_name():
    table = EDITOR.read_text(encoding="utf-8").partition("const languages = {")[2]
    named = re.findall(r"^  (\w+):", table.partition("};")[0], re.MULTILINE)

    assert sorted(named) == sorted(LANGUAGES)
