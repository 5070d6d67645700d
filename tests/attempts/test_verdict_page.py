"""The verdict page says something true for every report that the engine may give."""

import pytest

from attempts import verdict_words as words
from attempts.check_words import CHECK_WORDS
from attempts.intake import submit
from attempts.models import Attempt
from attempts.pictures.story import draw_story
from attempts.pictures.trace import draw_trace
from attempts.verdict_page import verdict_context
from browser.night import history_of
from judge.anomalies import CAUSES
from judge.checkers import CHECKERS
from judge.errors import JudgeError
from judge.judging import judge_history, report_of_failure
from judge.story import tell
from site_people import judged, make_person, report
from submissions.predict import predict

EVERY_CAUSE = [(name, cause) for name, causes in CAUSES.items() for cause in causes]


def anomaly(name, cause, count=3):
    evidence = {"what": "it was so", "t_ms": None, "id": None, "broker": None, "topic": None,
                "partition": None, "offset": None, "leader_epoch": None, "detail": {}}  # fmt: skip
    return {"name": name, "cause": cause, "count": count, "summary": "it was so",
            "evidence": [evidence]}  # fmt: skip


@pytest.fixture
def attempt(user, lab, sent):
    """A queued attempt."""
    predict(user, lab, 0)
    return submit(user, lab, "reproduce")


@pytest.mark.parametrize(("name", "cause"), EVERY_CAUSE)
@pytest.mark.parametrize("count", [1, 3])
def test_it_has_words_for_every_cause(client, user, attempt, name, cause, count):
    found = anomaly(name, cause, count)
    body = {"anomalies": [found], "reason": cause, "reason_text": "It was so."}
    judged(attempt, "FAIL", **body)
    client.force_login(user)

    page = client.get(f"/attempts/{attempt.uid}/").content.decode()

    assert words.headline(attempt.report or report(**body)).strip(". ")
    assert CAUSES[name][cause].replace("'", "&#x27;") in page


@pytest.mark.parametrize("check", CHECKERS)
def test_it_has_a_name_and_a_promise_for_every_check(check):
    name, promise = CHECK_WORDS[check]

    assert name
    assert promise.endswith(".")


def test_it_says_of_another_lab_what_happened_there():
    doubled = anomaly("copy-doubled", "not-transactional")
    checks = [
        {"check": "duplicates", "kept": False, "summary": "3 orders are there twice"},
        {"check": "exactly_once_copy", "kept": False, "summary": "3 records with two copies"},
    ]
    told = {"checks": checks, "promises": ["exactly_once_copy"], "figures": {}}
    made = report("PASS", "reproduce", anomalies=[doubled], **told)
    failed = report("FAIL", "fix", anomalies=[doubled], **told)
    fixed = report("PASS", "fix", anomalies=[], **told)

    assert words.headline(made) == "You made it happen: it was so."
    assert words.promised(made) == "Make happen what the stage asks for, by a cause that it names."
    assert words.promised(failed).startswith("Whoever reads what is committed")
    assert words.happened(failed) == "3 records with two copies."
    assert words.headline(fixed) == "Every promise was kept."
    assert words.why(fixed).startswith("Every fault took effect")


def test_it_says_when_nothing_was_lost_at_reproduce(attempt, user):
    judged(attempt, "FAIL", anomalies=[], reason="not-reproduced", reason_text="No lost write.")

    seen = verdict_context(user, attempt)

    assert seen["headline"] == "Nothing that Kafka acknowledged was lost."


def test_it_blames_nobody_for_a_failure_of_ours(client, user, attempt):
    broke = JudgeError("broker-did-not-start", "broker 2 did not start")
    ours = report_of_failure(broke, "acked", "reproduce", 7, {})
    body = {key: word for key, word in ours.to_dict().items() if key not in ("verdict", "stage")}
    for _ in range(2):
        judged(attempt, "INCONCLUSIVE", **body)
    client.force_login(user)

    page = client.get(f"/attempts/{attempt.uid}/").content.decode()

    assert "We could not tell. It costs you nothing." in page
    assert "Broker 2 did not start." in page
    assert "costs no attempt" in page


@pytest.mark.parametrize("state", [Attempt.CANCELLED, Attempt.FAILED])
@pytest.mark.parametrize("reason", ["", "lab-gone", "files-refused", "worker-lost"])
def test_it_says_how_an_attempt_ended_without_a_verdict(client, user, attempt, state, reason):
    Attempt.objects.update(state=state, reason=reason)
    client.force_login(user)

    page = client.get(f"/attempts/{attempt.uid}/")

    assert page.status_code == 200
    assert "charged" in page.content.decode() or "costs you nothing" in page.content.decode()


def test_it_shows_the_live_page_while_redis_is_away(client, user, attempt, settings):
    settings.REDIS_URL = "unix:///nowhere/r.sock"
    client.force_login(user)

    page = client.get(f"/attempts/{attempt.uid}/").content.decode()

    assert "Waiting for a worker to come up." in page
    assert 'http-equiv="refresh"' in page


def test_it_names_the_learner_to_an_instructor(client, attempt, user):
    judged(attempt, "FAIL")
    client.force_login(make_person("instructor"))

    page = client.get(f"/attempts/{attempt.uid}/").content.decode()

    assert f"by {user.name}" in page
    assert "Back to the files" not in page


@pytest.mark.parametrize("verdict", ["PASS", "FAIL", "INCONCLUSIVE"])
def test_it_draws_a_whole_run(verdict):
    ops = history_of(verdict, "fix")
    body = judge_history(ops).to_dict()
    story = tell(ops, body).to_dict()

    drawn = draw_story(story)

    # It should have a table row for what the picture shows, and the right strokes
    said = " ".join(row["what"] for row in drawn["rows"])
    assert "leads, epoch 5" in said
    assert ("vouched for, then lost" in said) == (verdict == "FAIL")
    assert ("c-lost" in drawn["swimlane"]) == (verdict == "FAIL")
    assert bool(draw_trace(body, story).break_d) == (verdict == "FAIL")


def test_it_shows_the_verdict_without_pictures_when_the_story_is_of_another_shape():
    assert draw_story({"lanes": 3}) is None
    assert draw_story(None) is None
