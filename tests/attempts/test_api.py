"""The API: what the pages do, for programs; everybody's own only."""

import base64

import pytest
from rest_framework.test import APIClient

from accounts.tokens import make_token
from attempts.models import Attempt
from site_people import judged, make_person
from submissions.predict import predict

LAB = "/api/labs/acked/"


def api_of(user):
    made = APIClient()
    made.credentials(HTTP_AUTHORIZATION=f"Token {make_token(user, 'test')}")
    return made


@pytest.fixture
def api(user, lab, sent):
    """A client with the user's token."""
    return api_of(user)


def frozen(api, stage="reproduce"):
    return api.post(f"{LAB}submissions/", {"stage": stage}, format="json").json()["id"]


def start(api):
    return api.post("/api/attempts/", {"submission": frozen(api)}, format="json")


def test_it_lists_labs_to_everybody_without_their_answers(lab, db):
    listed = APIClient().get("/api/labs/").json()
    detail = APIClient().get(LAB)

    assert [row["slug"] for row in listed] == ["acked"]
    assert "The leader died." not in detail.content.decode()
    assert "answer" not in detail.json()["stages"][0]


def test_it_answers_404_for_an_unknown_lab(api):
    assert api.get("/api/labs/nowhere/").status_code == 404


def test_it_saves_a_draft_and_tells_of_a_conflict(api):
    first = api.put(f"{LAB}draft/", {"files": {"producer.py": "1"}, "revision": 0}, format="json")
    second = api.put(f"{LAB}draft/", {"files": {"producer.py": "2"}, "revision": 0}, format="json")

    assert first.status_code == 200
    assert second.status_code == 409
    assert second.json()["files"]["producer.py"] == "1"


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"x" * 1001, "file-too-large"), (b"\0", "binary-file"), (b"\xe9", "not-utf-8")],
)
def test_it_refuses_bad_files_by_a_stable_word(api, content, code):
    body = {
        "stage": "reproduce",
        "files_base64": {"producer.py": base64.b64encode(content).decode()},
    }

    answer = api.post(f"{LAB}submissions/", body, format="json")

    assert answer.status_code == 422
    assert answer.json()["code"] == code
    assert "producer.py" in answer.json()["message"]


def test_it_refuses_a_body_without_end(api, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = api.put(f"{LAB}draft/", {"files": {"producer.py": "x" * 2000}}, format="json")

    assert answer.status_code == 400


def test_it_starts_an_attempt_and_follows_it(api, user, lab):
    predict(user, lab, 0)

    started = start(api)

    assert started.status_code == 201
    assert started.json()["queue"] == {"place": 1, "wait_s": None}
    uid = started.json()["uid"]
    judged(Attempt.objects.get(uid=uid), "FAIL")
    assert api.get(f"/api/attempts/{uid}/").json()["verdict"] == "FAIL"
    assert api.get(f"/api/attempts/{uid}/report/").json()["anomalies"][0]["count"] == 447


def test_it_starts_nothing_before_the_stage_is_open(api):
    answer = start(api)

    assert answer.status_code == 422
    assert answer.json()["code"] == "stage-locked"


def test_it_gives_no_report_before_the_verdict(api, user, lab):
    predict(user, lab, 0)
    uid = start(api).json()["uid"]

    assert api.get(f"/api/attempts/{uid}/report/").status_code == 404
    assert api.get(f"/api/attempts/{uid}/history/").status_code == 404


def test_it_cancels(api, user, lab):
    predict(user, lab, 0)
    uid = start(api).json()["uid"]

    answer = api.post(f"/api/attempts/{uid}/cancel/")

    assert answer.status_code == 202
    assert answer.json()["state"] == "cancelled"


def test_it_lists_events_after_an_id(api, user, lab, monkeypatch):
    from attempts.stream import entry_of

    asked = []
    fields = {"epoch": "1", "kind": "stage", "t_ms": "1.0", "data": "{}"}

    def read(attempt_id, after):
        asked.append(after)
        return [entry_of("2-0", fields)]

    monkeypatch.setattr("attempts.api.read_events", read)
    predict(user, lab, 0)
    uid = start(api).json()["uid"]

    events = api.get(f"/api/attempts/{uid}/events/?after=1-0").json()

    assert asked == ["1-0"]
    assert [event["id"] for event in events] == ["2-0"]
    assert api.get(f"/api/attempts/{uid}/events/?after=x").status_code == 400


def test_it_shows_nothing_of_another(api, user, lab):
    predict(user, lab, 0)
    submission = frozen(api)
    uid = api.post("/api/attempts/", {"submission": submission}, format="json").json()["uid"]
    other = api_of(make_person())

    assert other.get("/api/attempts/").json() == []
    for part in ("", "events/", "report/", "history/"):
        assert other.get(f"/api/attempts/{uid}/{part}").status_code == 404
    assert other.post(f"/api/attempts/{uid}/cancel/").status_code == 404
    answer = other.post("/api/attempts/", {"submission": submission}, format="json")
    assert answer.status_code == 404


def test_it_slows_down_whoever_starts_without_end(api, user, lab, monkeypatch):
    monkeypatch.setattr("attempts.api.StartThrottle.rate", "2/min")
    predict(user, lab, 0)

    codes = [start(api).status_code for _ in range(3)]

    assert codes[-1] == 429


def test_it_tells_what_was_proved(api, user, lab):
    predict(user, lab, 0)

    rows = api.get("/api/progress/").json()

    assert rows[0]["standing"] == "begun"
    assert rows[0]["stages"]["predict"] == "done"
