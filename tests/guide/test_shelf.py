"""Lessons are read from their files; what is wrong is said by file, line and rule."""

import pytest

from guide.directives.note import Note
from guide.lesson import Margin
from guide.shelf import shelf
from lessons_for_tests import CLAIM, PICTURE, PREDICT, write_lesson


@pytest.fixture
def content(tmp_path):
    folder = tmp_path / "content"
    folder.mkdir()
    return folder


def only_lesson(content):
    course = shelf(content)
    assert [str(error) for error in course.errors] == []
    return course.lessons[0]


def only_error(content):
    course = shelf(content)
    assert course.lessons == ()
    return str(course.errors[0])


def test_it_makes_the_address_of_the_words_and_the_number_of_the_digits(content):
    write_lesson(content, "Text.", "07-high-watermark")

    lesson = only_lesson(content)

    assert (lesson.key, lesson.number) == ("storage/high-watermark", "01.07")


def test_it_cuts_sections_at_headings_and_sets_predictions_apart(content):
    body = f"Begin.\n\n## One\n\nText.\n\n{PREDICT}\nMore.\n\n## One\n\nEnd.\n"
    write_lesson(content, body)

    sections = only_lesson(content).sections

    assert [(s.anchor, s.kind) for s in sections] == [
        ("", "text"), ("one", "text"), ("predict", "predict"), ("", "text"), ("one-2", "text"),
    ]  # fmt: skip


def test_it_gathers_neighbouring_claims_in_one_margin(content):
    write_lesson(content, f"Text.\n\n{CLAIM.format('a')}\n{CLAIM.format('b')}\nMore.\n")

    lesson = only_lesson(content)

    assert len(lesson.claims) == 2
    assert len([block for block in lesson.blocks if isinstance(block, Margin)]) == 1


def test_it_reads_a_note_with_its_heading(content):
    write_lesson(content, "```{note} In *Java*\nIt **differs**.\n```\n")

    note = next(block for block in only_lesson(content).blocks if isinstance(block, Note))

    assert note.heading == "In <em>Java</em>"
    assert "<strong>differs</strong>" in note.body


def test_it_sees_a_change_at_the_next_look(content):
    path = write_lesson(content, "Text.")
    assert only_lesson(content).head.minutes == 5

    path.write_text(path.read_text().replace("minutes: 5", "minutes: 15"))

    assert only_lesson(content).head.minutes == 15


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Text.\n\n```{quiz}\n```\n", "line 9: {quiz} is no directive. Known are {ask}, {claim}"),
        ("Text.\n\n```{claim}\nx = \n```\n", "line 9: {claim} is not TOML"),
        ("- a\n\n  ```{note} x\n  y\n  ```\n", "line 9: {note} stands inside a list"),
        (PREDICT.replace("answer = 1", "answer = 2"), "line 7: {predict} answer: is 2"),
        (PREDICT.replace('id = "which"\n', ""), "line 7: {predict} id: is missing"),
        (PREDICT.replace("because", "becuase"), "because: is missing"),
        (PREDICT.replace('["one", "all"]', '["one"]'), "options: must hold at least two"),
        (PREDICT + "\n" + PREDICT, "has two {predict} called 'which'"),
        (CLAIM.format("a").replace("proved", "true"), "verdict: is 'true'"),
        (PICTURE.replace("2 = 1333", "two = 1333"), "log_end.two: is not the number of a broker"),
        (PICTURE + "", None),
        (PICTURE.replace("isr = [1, 2]", "lost = [9, 8]"), "lost: must be [first offset, end]"),
        (PICTURE.replace("epoch", "epohc"), "moment[0].epohc: is not a key of this table"),
    ],
)
def test_it_names_file_line_and_rule(content, body, said):
    write_lesson(content, body)

    if said is None:
        assert only_lesson(content)
    else:
        error = only_error(content)
        assert error.startswith("content/01-storage/01-a-lesson.md: ")
        assert said in error


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("# No head\n", "line 1: has no front matter"),
        ("---\ntitle: [\n---\n", "is not YAML"),
        (
            "---\ntitle: T\nsummary: S\nminutes: soon\nlevel: core\n---\n",
            "line 4: minutes: must be",
        ),
        ("---\ntitle: T\nsummary: S\nminutes: 5\nlevel: hard\n---\n", "line 5: level: is 'hard'"),
        ("---\ntitle: T\nsummary: S\nminutes: 5\nlevel: core\nlevle: x\n---\n", "line 6: levle"),
    ],
)
def test_it_blames_the_line_of_the_head(content, text, said):
    write_lesson(content, "").write_text(text)

    assert said in only_error(content)


def test_it_keeps_a_broken_lesson_from_harming_the_others(content):
    write_lesson(content, "Text.", "01-good")
    write_lesson(content, "```{quiz}\n```\n", "02-bad")

    course = shelf(content)

    assert [lesson.key for lesson in course.lessons] == ["storage/good"]
    assert len(course.errors) == 1


def test_it_refuses_a_file_that_is_not_text_or_not_numbered(content):
    write_lesson(content, "Text.", "first")
    write_lesson(content, "x", "02-binary").write_bytes(b"\xff\xfe")

    said = " ".join(str(error) for error in shelf(content).errors)

    assert "is not named NN-words.md" in said
    assert "is not UTF-8 text" in said


def test_it_takes_title_and_line_of_a_topic_from_its_file(content):
    write_lesson(content, "Text.")
    (content / "01-storage" / "topic.toml").write_text('title = "Storage"\nabout = "segments"\n')

    topic = shelf(content).topics[0]

    assert (topic.title, topic.about) == ("Storage", "segments")
