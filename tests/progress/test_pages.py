"""The lab pages: who sees what, what is kept from whom, and where a learner goes on."""

from dataclasses import replace

import pytest
from django.test import RequestFactory

from accounts.models import Role, User
from attempts.intake import submit
from attempts.work import work_of
from catalog import shelf
from judge.errors import LabError
from progress.home import families, next_step
from progress.proven import standing
from site_people import judged, make_person, prove, solve
from submissions.explain import explain
from submissions.models import Prediction
from submissions.predict import predict

TEXT = "The leader acknowledged alone, and then its disk was gone with the records."


@pytest.fixture
def broken(monkeypatch, lab):
    """A broken lab beside the good one."""
    good = shelf.Shelved(lab.slug, lab)
    bad = shelf.Shelved("bad", None, LabError("lab.toml", "stage", "must have one named 'fix'."))
    monkeypatch.setattr("progress.views.shelf", lambda: [good, bad])


def asking(user):
    request = RequestFactory().get("/")
    request.user = user
    return request


def test_it_makes_no_guest_of_somebody_who_only_reads(client, lab, db):
    client.get("/labs/")
    client.get("/labs/acked/")

    assert not User.objects.exists()


def test_it_takes_a_sign_that_is_no_decimal_for_no_answer(client, lab, db):
    answer = client.post("/labs/acked/predict", {"choice": "²"})

    assert answer.status_code == 302
    assert not Prediction.objects.exists()


def test_it_makes_a_guest_at_the_first_save(client, lab, db):
    client.post("/labs/acked/predict", {"choice": "1"})

    assert User.objects.get().is_guest
    assert Prediction.objects.get().right


@pytest.mark.parametrize("role", [Role.INSTRUCTOR, Role.ADMIN])
def test_it_tells_an_instructor_what_is_wrong_with_a_lab(client, broken, role, db):
    client.force_login(make_person(role))

    page = client.get("/labs/").content.decode()

    assert "lab.toml: stage: must have one named" in page


@pytest.mark.parametrize("role", [None, Role.CANDIDATE, Role.INTERVIEWER])
def test_it_hides_a_broken_lab_from_everybody_else(client, broken, role, db):
    if role:
        client.force_login(make_person(role))

    page = client.get("/labs/").content.decode()

    assert "Acknowledged, then gone" in page
    assert "lab.toml" not in page


def test_it_answers_404_for_an_unknown_lab_whatever_is_asked_of_it(client, lab, user):
    client.force_login(user)

    assert client.get("/labs/nowhere/").status_code == 404
    for verb in ("save", "reset", "predict", "explain", "hint", "submit", "upload"):
        assert client.post(f"/labs/nowhere/{verb}").status_code == 404


def test_it_keeps_answer_and_debrief_until_they_are_earned(client, lab, user, sent):
    client.force_login(user)
    before = client.get("/labs/acked/?stage=predict").content.decode()
    predict(user, lab, 0)
    after = client.get("/labs/acked/?stage=predict").content.decode()

    assert "The leader died." not in before
    assert "The leader died." in after
    assert "It was acks." not in client.get("/labs/acked/?stage=explain").content.decode()
    solve(user, lab)
    explain(user, lab, TEXT)
    assert "It was acks." in client.get("/labs/acked/?stage=explain").content.decode()


def test_it_keeps_hints_until_they_are_asked_for(client, lab, user):
    client.force_login(user)
    assert "Look at acks." not in client.get("/labs/acked/").content.decode()

    client.post("/labs/acked/hint")

    page = client.get("/labs/acked/").content.decode()
    assert "Look at acks." in page
    assert "Look at the ISR." not in page


def test_it_answers_a_locked_submit_in_words_with_the_files_saved(client, lab, user):
    client.force_login(user)

    answer = client.post(
        "/labs/acked/submit",
        {"stage": "fix", "file:producer.py": "print('mine')\r\n"},
        follow=True,
    )

    page = answer.content.decode()
    assert "is not open yet" in page
    assert "print(&#x27;mine&#x27;)" in page


def test_it_tells_of_a_conflict_without_overwriting(client, lab, user):
    client.force_login(user)
    body = {"files": {"producer.py": "one"}, "revision": 0}
    client.post("/labs/acked/draft", body, content_type="application/json")
    body["files"]["producer.py"] = "two"

    answer = client.post("/labs/acked/draft", body, content_type="application/json")

    assert answer.status_code == 409
    assert answer.json()["files"]["producer.py"] == "one"


@pytest.mark.parametrize("body", ["", "[]", "{", '{"files": 3}', '{"files": {"x.py": "1"}}'])
def test_it_refuses_a_draft_that_makes_no_sense(client, lab, user, body):
    client.force_login(user)

    answer = client.post("/labs/acked/draft", body, content_type="application/json")

    assert answer.status_code == 422
    assert answer.json()["message"]


def test_it_says_how_far_somebody_is(lab, user, sent):
    assert standing(lab, work_of(user)) == "untried"
    predict(user, lab, 0)
    assert standing(lab, work_of(user)) == "begun"
    judged(submit(user, lab, "reproduce"), "PASS")
    assert standing(lab, work_of(user)) == "broken"
    judged(submit(user, lab, "fix"), "PASS")
    assert standing(lab, work_of(user)) == "proved"


def test_it_leads_on_with_the_lab_in_hand(lab, user, sent):
    assert next_step(asking(user)) is None
    prove(user, lab, "reproduce")

    step = next_step(asking(user))

    assert step.action.url == "/labs/acked/"
    assert "stage 3 of 4, fix" in step.kicker
    assert step.heading.endswith("Now make it impossible.")


def test_it_leads_nowhere_when_all_is_done(lab, user, sent):
    prove(user, lab, "reproduce")
    judged(submit(user, lab, "fix"), "PASS")
    explain(user, lab, TEXT)

    assert next_step(asking(user)) is None


def test_it_sorts_labs_by_what_breaks(lab, user):
    (family,) = families(asking(user))

    assert family.heading == "Lost"
    assert family.labs[0].state == "not tried"


@pytest.mark.parametrize("path", ["/", "/labs/", "/api/progress/"])
def test_it_asks_no_more_for_many_labs_than_for_a_few(
    client, lab, user, path, monkeypatch, django_assert_max_num_queries
):
    folders = [lab.folder / f"lab-{number}" for number in range(20)]
    by_folder = {folder: replace(lab, slug=folder.name, folder=folder) for folder in folders}
    monkeypatch.setattr(shelf, "lab_folders", lambda _labs: folders)
    monkeypatch.setattr(shelf, "_shelve", lambda at: shelf.Shelved(at.name, by_folder[at]))
    client.force_login(user)

    with django_assert_max_num_queries(15):
        page = client.get(path).content.decode()

    assert "lab-19" in page
