"""The guide through the API."""

import pytest

from accounts.models import User
from accounts.tokens import make_token
from lessons_for_tests import PREDICT, write_lesson

pytestmark = pytest.mark.django_db
LESSON = "/api/lessons/storage/a-lesson/"
ANSWER = f"{LESSON}answers/which/"


@pytest.fixture(autouse=True)
def content(tmp_path, settings):
    folder = tmp_path / "content"
    folder.mkdir()
    settings.CONTENT_DIR = folder
    write_lesson(folder, f"Text.\n\n{PREDICT}")
    return folder


@pytest.fixture
def headers():
    person = User.objects.create(username="mara", name="Mara")
    return {"Authorization": f"Token {make_token(person, 'test')}"}


def test_it_lists_the_lessons_to_everybody(client):
    (line,) = client.get("/api/lessons/").json()

    assert (line["key"], line["minutes"]) == ("storage/a-lesson", 5)


def test_it_keeps_the_answer_back_until_one_is_locked(client, headers):
    before = client.get(LESSON, headers=headers).json()["questions"][0]
    locked = client.post(ANSWER, {"choice": 0}, "application/json", headers=headers).json()
    after = client.get(LESSON, headers=headers).json()["questions"][0]

    assert (before["choice"], before["answer"], before["because"]) == (None, None, None)
    assert (locked["choice"], locked["answer"]) == (0, 1)
    assert after == locked


def test_it_lets_nobody_answer_without_a_token(client):
    assert client.post(ANSWER, {"choice": 0}, "application/json").status_code == 401


@pytest.mark.parametrize("body", [{}, {"choice": 2}, {"choice": -1}, {"choice": "x"}])
def test_it_refuses_what_is_no_option(client, headers, body):
    answer = client.post(ANSWER, body, "application/json", headers=headers)

    assert answer.status_code == 400
    assert "choice" in answer.json()


def test_it_marks_a_lesson_as_read(client, headers):
    client.post(f"{LESSON}read/", headers=headers)

    assert client.get(LESSON, headers=headers).json()["read"] is True


def test_it_knows_no_other_lesson_or_question(client, headers):
    assert client.get("/api/lessons/x/y/").status_code == 404
    missing = f"{LESSON}answers/none/"
    answer = client.post(missing, {"choice": 0}, "application/json", headers=headers)
    assert answer.status_code == 404


def test_it_describes_itself(client):
    schema = client.get("/api/schema/")

    assert schema.status_code == 200
    assert b"/api/lessons/{topic}/{slug}/answers/{question}/" in schema.content
    assert b"Lock an answer" in client.get("/api/").content
