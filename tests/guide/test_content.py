"""The lessons that ship, and the page that tells authors how to write them."""

import re
import tomllib
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from guide.directives import NAMES, READERS
from guide.shelf import shelf
from judge.fields import Fields
from lessons_for_tests import CLAIM, write_lesson

ROOT = Path(__file__).resolve().parents[2]
DOC = (ROOT / "docs" / "lessons.md").read_text()


def test_it_can_show_every_lesson_that_ships():
    course = shelf(ROOT / "content")

    assert [str(error) for error in course.errors] == []
    assert course.lessons


def test_it_finds_the_lab_and_the_experiment_that_a_lesson_names(capsys):
    call_command("check_lessons")

    assert "nothing wrong" in capsys.readouterr().out


def test_it_names_what_a_lesson_relies_on_and_does_not_exist(tmp_path, settings):
    content, labs = tmp_path / "content", tmp_path / "labs"
    (labs / "here").mkdir(parents=True)
    content.mkdir()
    settings.CONTENT_DIR, settings.LABS_DIR = content, labs
    body = CLAIM.format("a") + '\n```{lab}\nslug = "gone"\ntext = "t"\n```\n'
    write_lesson(content, body, more="labs: [here]\n")

    with pytest.raises(CommandError) as told:
        call_command("check_lessons")

    assert re.findall(r"names labs/(\S+),", str(told.value)) == ["gone", "x/solutions/y"]


def test_it_documents_every_directive_and_no_other():
    assert sorted(re.findall(r"^### `\{([a-z]+)\}`", DOC, re.M)) == sorted(NAMES)


@pytest.mark.parametrize("name", sorted(READERS))
def test_it_reads_the_documented_example_of_a_directive(name):
    part = DOC.split(f"### `{{{name}}}`", 1)[1]
    example = re.search(r"```toml\n(.*?)```", part, re.S)[1]
    fields = Fields("docs/lessons.md", tomllib.loads(example))

    READERS[name](fields)

    # It should know every key of the example
    fields.done()
