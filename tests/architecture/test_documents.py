"""What the documents promise about dependencies, variables and hosts is what the code does."""

import re

import pytest

from architecture.source import PLATFORM, ROOT, committed, modules, pyproject, shown

DOCS = ROOT / "docs"
# Put together here, so that this file does not name them either.
REGISTRIES = [
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "registry.npmjs" + ".org",
    "repo1.maven" + ".org",
    "maven.apache" + ".org",
    "deb.debian" + ".org",
    "proxy.golang" + ".org",
    "crates" + ".io",
]


def distribution(requirement):
    return re.split(r"[\[~=><; ]", requirement)[0]


def declared():
    project = pyproject()
    lines = [*project["project"]["dependencies"], *project["dependency-groups"]["test"]]
    return sorted({distribution(line) for line in lines})


@pytest.mark.parametrize("name", declared())
def test_it_says_why_the_dependency_was_picked(name):
    text = (DOCS / "dependencies.md").read_text(encoding="utf-8")

    assert f"`{name}`" in text


@pytest.mark.parametrize("name", declared())
def test_it_pins_the_dependency_by_hash(name):
    locks = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("requirements*.lock"))

    assert re.search(rf"^{re.escape(name)}==\S+ .*\\\n\s+--hash=sha256:", locks, re.M | re.I)


def test_it_documents_every_variable_of_the_environment():
    # A sandbox starts with an empty environment; what it is told there is no operator's business.
    sandboxes = {PLATFORM / "judge" / "inside", PLATFORM / "judge" / "sandbox"}
    used = {
        name
        for path in modules()
        if sandboxes.isdisjoint(path.parents)
        for name in re.findall(r"\bFAULTLINE_[A-Z_]+\b", path.read_text(encoding="utf-8"))
    }
    told = "".join(
        path.read_text(encoding="utf-8")
        for path in (DOCS / "operating.md", DOCS / "settings.md")
        if path.exists()
    )

    assert {name for name in used if f"`{name}`" not in told} == set()


def test_it_names_the_host_of_no_registry():
    named = {
        shown(path): host
        for path in committed()
        if path.suffix not in {".png", ".woff2"}
        for host in REGISTRIES
        if host in path.read_text(encoding="utf-8", errors="replace")
    }

    assert named == {}


def test_it_keeps_a_list_of_unreleased_changes():
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_it_offers_the_subcommands_that_the_readme_shows():
    from launcher.cli import parser

    offered = parser().format_help()
    shown_there = set(re.findall(r"\./faultline (\w+)", (ROOT / "README.md").read_text()))

    assert {word for word in shown_there if word not in offered} == set()
    assert (PLATFORM / "launcher").is_dir()
