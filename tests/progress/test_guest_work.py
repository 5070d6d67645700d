"""A guest who logs in to an account takes the work along; nothing of either is lost."""

import pytest

from accounts.takeover import move_guest_work
from attempts.intake import submit
from attempts.models import Attempt
from site_people import judged, make_person, prove
from submissions.drafts import current_files, save_draft
from submissions.models import DraftRevision, Explanation, Prediction
from submissions.predict import predict, prediction_of


@pytest.fixture
def guest(db):
    """Somebody without an account."""
    return make_person(is_guest=True)


def test_it_takes_drafts_answers_and_attempts_along(guest, user, lab, sent):
    save_draft(guest, lab, {"producer.py": "guest's"}, 0)
    prove(guest, lab, "reproduce")

    move_guest_work(guest, user)

    assert current_files(user, lab)["producer.py"] == "guest's"
    assert prediction_of(user, lab) is not None
    assert Attempt.objects.get().user == user


def test_it_numbers_the_attempts_on(guest, user, lab, sent):
    for person in (user, guest):
        predict(person, lab, 1)
        judged(submit(person, lab, "reproduce"), "FAIL")

    move_guest_work(guest, user)

    numbers = Attempt.objects.filter(user=user).order_by("id").values_list("number", flat=True)
    assert list(numbers) == [1, 2]
    assert user.charges.count() == 2


def test_it_keeps_both_drafts_and_shows_the_owners(guest, user, lab):
    save_draft(user, lab, {"producer.py": "owner's"}, 0)
    save_draft(guest, lab, {"producer.py": "guest's"}, 0)

    move_guest_work(guest, user)

    assert current_files(user, lab)["producer.py"] == "owner's"
    kept = DraftRevision.objects.filter(draft__user=user)
    assert "guest's" in {row.files["producer.py"] for row in kept}


@pytest.mark.parametrize("newer", ["guest's", "owner's"])
def test_it_keeps_the_newer_of_two_explanations(guest, user, lab, newer):
    words = {"guest's": guest, "owner's": user}
    for text in sorted(words, key=lambda text: text == newer):
        Explanation.objects.create(user=words[text], lab_slug=lab.slug, text=text)

    move_guest_work(guest, user)

    assert Explanation.objects.get(user=user).text == newer


def test_it_lets_the_first_prediction_stand(guest, user, lab):
    predict(user, lab, 0)
    predict(guest, lab, 1)

    move_guest_work(guest, user)

    assert Prediction.objects.get().choice == 0
