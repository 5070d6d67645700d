"""Files and functions stay small enough to be read, and each says what it is for."""

import ast

import pytest

from architecture.source import files_of_tests, modules, shown, tree

MOST_LINES = 400
MOST_FUNCTION_LINES = 80


@pytest.mark.parametrize("path", modules(), ids=shown)
def test_it_keeps_the_file_readable(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    functions = [
        node
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {f.name: f.end_lineno - f.lineno + 1 for f in functions}

    assert lines <= MOST_LINES
    assert {name: size for name, size in long.items() if size > MOST_FUNCTION_LINES} == {}


@pytest.mark.parametrize("path", files_of_tests(), ids=shown)
def test_it_keeps_a_file_of_tests_readable(path):
    assert path.read_text(encoding="utf-8").count("\n") <= MOST_LINES


@pytest.mark.parametrize("path", [p for p in modules() if p.stat().st_size], ids=shown)
def test_it_opens_with_a_sentence_of_purpose(path):
    purpose = (ast.get_docstring(tree(path)) or "").split("\n")[0]

    assert purpose.endswith((".", "?", ":", ";", "…"))
