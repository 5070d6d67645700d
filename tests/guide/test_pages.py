"""The pages of the guide: what they reveal and when."""

import pytest

from accounts.models import User
from guide.models import LessonAnswer
from lessons_for_tests import PREDICT, write_lesson

pytestmark = pytest.mark.django_db
LESSON = "/guide/storage/a-lesson/"
ANSWER = f"{LESSON}answers/which/"


@pytest.fixture(autouse=True)
def content(tmp_path, settings):
    folder = tmp_path / "content"
    folder.mkdir()
    settings.CONTENT_DIR = folder
    write_lesson(folder, f"Text.\n\n{PREDICT}", more="labs: [acked-then-gone]\n")
    return folder


def test_it_keeps_the_reason_back_until_the_answer_is_locked(client):
    before = client.get(LESSON).content
    client.post(ANSWER, {"choice": "0"})
    after = client.get(LESSON).content

    assert b"Because of" not in before
    assert b"data-state" not in before
    assert b"Because of <strong>all</strong>." in after
    assert b'data-state="right"' in after
    assert b'data-state="wrong"' in after


def test_it_keeps_the_first_answer(client):
    client.post(ANSWER, {"choice": "0"})
    client.post(ANSWER, {"choice": "1"})

    kept = LessonAnswer.objects.get()
    assert (kept.choice, kept.right) == (0, False)


def test_it_leads_a_browser_without_scripts_back_to_the_question(client):
    assert client.post(ANSWER, {"choice": "1"}).url == f"{LESSON}#which"


def test_it_gives_htmx_the_question_alone(client):
    answer = client.post(ANSWER, {"choice": "1"}, headers={"HX-Request": "true"})

    assert b"<html" not in answer.content
    assert b"Because of" in answer.content


@pytest.mark.parametrize("choice", ["2", "-1", "one", "99999999999999999999"])
def test_it_refuses_an_option_that_does_not_exist(client, choice):
    answer = client.post(ANSWER, {"choice": choice})

    assert answer.status_code == 400
    assert LessonAnswer.objects.count() == 0


def test_it_asks_again_when_nothing_was_chosen(client):
    answer = client.post(ANSWER, {}, headers={"HX-Request": "true"})

    assert answer.status_code == 422
    assert b"Choose one of the answers" in answer.content
    assert User.objects.count() == 0


def test_it_shows_nobody_anothers_answer(client):
    other = User.objects.create(username="ivo", name="Ivo")
    LessonAnswer.objects.create(
        user=other, lesson="storage/a-lesson", question="which", choice=1, right=True
    )

    assert b"Because of" not in client.get(LESSON).content


def test_it_leads_from_the_lesson_to_its_lab(client):
    assert client.post(f"{LESSON}read/").url == "/labs/acked-then-gone/"


def test_it_leads_from_a_lesson_without_a_lab_to_the_next(client, content):
    write_lesson(content, "Text.", "02-no-lab")
    write_lesson(content, "Text.", "03-the-last")

    first = client.post("/guide/storage/no-lab/read/")
    last = client.post("/guide/storage/the-last/read/")

    assert (first.url, last.url) == ("/guide/storage/the-last/", "/")


def test_it_welcomes_a_newcomer_and_sends_a_reader_on(client, content):
    write_lesson(content, "Text.", "02-the-second")

    newcomer = client.get("/").content
    client.post(f"{LESSON}read/")
    reader = client.get("/").content

    assert b"Begin with the first lesson" in newcomer
    assert b"Begin with the first lesson" not in reader
    assert b"1 of 2 lessons read" in reader


def test_it_tells_an_instructor_and_nobody_else_what_is_wrong_with_the_files(client, content):
    write_lesson(content, "```{quiz}\n```\n", "02-bad")
    words = b"is no directive"
    assert words not in client.get("/guide/").content

    client.force_login(User.objects.create(username="ina", name="Ina", role="instructor"))

    assert words in client.get("/guide/").content


@pytest.mark.parametrize("path", ["/guide/storage/none/", "/guide/none/a-lesson/"])
def test_it_knows_no_other_lesson(client, path):
    assert client.get(path).status_code == 404


def test_it_moves_answers_but_never_over_the_owners(client):
    from guide.guest_work import move

    guest = User.objects.create(username="guest-1", name="Guest", is_guest=True)
    owner = User.objects.create(username="mara", name="Mara")
    asked = {"lesson": "storage/a-lesson", "right": False}
    LessonAnswer.objects.create(user=guest, question="which", choice=0, **asked)
    LessonAnswer.objects.create(user=guest, question="other", choice=0, **asked)
    LessonAnswer.objects.create(user=owner, question="which", choice=1, **asked)

    move(guest, owner)

    kept = LessonAnswer.objects.filter(user=owner).values_list("question", "choice")
    assert sorted(kept) == [("other", 0), ("which", 1)]
