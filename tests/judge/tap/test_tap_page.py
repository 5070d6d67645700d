"""The page about the tap knows every rule, every key and every API that the tap does."""

import re
from pathlib import Path

import pytest

from judge.inside.tap import rules
from judge.inside.tap.codec import api_name
from judge.inside.tap.rules.book import KINDS
from judge.inside.tap.rules.supported import TAKEN_APIS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "tap.md").read_text(encoding="utf-8")
KEYS = {
    key
    for path in Path(rules.__file__).parent.glob("*.py")
    for key in re.findall(r'options\.\w+\(\s*"(\w+)"', path.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("name", sorted(KINDS))
def test_it_has_a_row_for_every_rule(name):
    assert f"| `{name}` |" in PAGE


@pytest.mark.parametrize("key", sorted(KEYS))
def test_it_explains_every_key(key):
    assert f"`{key}`" in PAGE


@pytest.mark.parametrize("api", sorted(TAKEN_APIS))
def test_it_names_every_api_that_a_rule_can_take(api):
    assert f"`{api_name(api)}`" in PAGE


def test_it_names_no_rule_that_there_is_not():
    named = set(re.findall(r'"rule": "(\w+)"', PAGE))

    assert named <= set(KINDS)


def test_the_page_is_found_from_the_architecture():
    assert "(tap.md)" in (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
