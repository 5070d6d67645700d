"""Answers over the API: what is hidden until one is given, and whose it is."""

import pytest
from rest_framework.test import APIClient

from site_people import solve

LAB = "/api/labs/acked/"
TEXT = "The leader acknowledged alone, and then its disk was gone with the records."


@pytest.fixture
def api(user, lab):
    """A client logged in as the user."""
    made = APIClient()
    made.force_authenticate(user)
    return made


def test_it_gives_the_answer_only_for_a_locked_prediction(api):
    assert api.get(f"{LAB}prediction/").status_code == 404

    locked = api.post(f"{LAB}prediction/", {"choice": 0}, format="json")
    again = api.post(f"{LAB}prediction/", {"choice": 1}, format="json")

    assert locked.json()["answer"] == 1
    assert again.json()["choice"] == 0
    assert not again.json()["right"]


@pytest.mark.parametrize(("choice", "status"), [(7, 422), (-1, 400), ("x", 400)])
def test_it_refuses_an_option_that_is_not_there(api, choice, status):
    assert api.post(f"{LAB}prediction/", {"choice": choice}, format="json").status_code == status


def test_it_gives_the_debrief_for_an_explanation(api, user, lab, sent):
    assert api.get(f"{LAB}explanation/").status_code == 404
    early = api.put(f"{LAB}explanation/", {"text": TEXT}, format="json")
    assert (early.status_code, early.json()["code"]) == (422, "stage-locked")
    solve(user, lab)
    assert api.put(f"{LAB}explanation/", {"text": "short"}, format="json").status_code == 422

    saved = api.put(f"{LAB}explanation/", {"text": TEXT}, format="json")

    assert saved.json()["debrief"] == "It was acks."
    assert saved.json()["strong_points"] == ["acks", "the ISR"]


def test_it_gives_hints_one_by_one(api):
    assert api.get(f"{LAB}hints/").json() == {"hints": [], "left": 2}

    assert api.post(f"{LAB}hints/").json() == {"hints": ["Look at acks."], "left": 1}
