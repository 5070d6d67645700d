"""Predictions lock, explanations open the debrief, hints come one by one."""

import pytest

from judge.errors import LearnerError
from site_people import prove, solve
from submissions.explain import check_explanation, explain, explanation_of
from submissions.hints import hints_shown, show_next_hint
from submissions.predict import predict, prediction_of

TEXT = "The leader acknowledged alone, and then its disk was gone with the records."


def test_it_locks_the_first_prediction(user, lab):
    predict(user, lab, 0)

    predict(user, lab, 1)

    assert prediction_of(user, lab).choice == 0
    assert not prediction_of(user, lab).right


def test_it_refuses_an_option_that_is_not_there(user, lab):
    with pytest.raises(LearnerError):
        predict(user, lab, 2)

    assert prediction_of(user, lab) is None


def test_it_saves_an_explanation_over_the_last(user, lab, sent):
    solve(user, lab)
    explain(user, lab, TEXT)

    explain(user, lab, TEXT + " Again.")

    assert explanation_of(user, lab).text.endswith("Again.")


@pytest.mark.parametrize("text", ["", "too short", "x" * 8001])
def test_it_refuses_what_is_no_explanation(user, lab, sent, text):
    solve(user, lab)

    with pytest.raises(LearnerError) as refused:
        explain(user, lab, text)

    assert refused.value.code in ("too-short", "too-long")


def test_it_keeps_the_debrief_from_whoever_has_not_passed_the_stage_before(user, lab, sent):
    prove(user, lab, "reproduce")

    with pytest.raises(LearnerError) as refused:
        explain(user, lab, TEXT)

    assert refused.value.code == "stage-locked"
    assert "“fix”" in refused.value.message
    assert explanation_of(user, lab) is None


def test_it_notes_only_points_that_there_are(user, lab, sent):
    solve(user, lab)
    explain(user, lab, TEXT)

    saved = check_explanation(user, lab, [1, 7, 1])

    assert saved.points == [1]
    assert saved.checked_at is not None


def test_it_checks_nothing_that_was_not_written(user, lab):
    with pytest.raises(LearnerError):
        check_explanation(user, lab, [0])


def test_it_shows_hints_one_by_one_and_no_more_than_there_are(user, lab):
    assert hints_shown(user, lab) == 0

    assert [show_next_hint(user, lab) for _ in range(4)] == [1, 2, 2, 2]
