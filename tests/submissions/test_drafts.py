"""Drafts: saved, kept apart between tabs, brought back; nothing is lost."""

import pytest

from judge.errors import LearnerError
from site_people import make_person
from submissions import drafts
from submissions.drafts import current_files, reset_draft, restore_draft, save_draft
from submissions.models import Draft, DraftRevision

CODE = {"producer.py": "print('mine')\n"}


def states(user):
    rows = DraftRevision.objects.filter(draft__user=user).order_by("id")
    return [row.files["producer.py"] for row in rows]


def test_it_shows_the_starter_before_the_first_save(user, lab):
    assert current_files(user, lab) == lab.starter
    assert not Draft.objects.exists()


def test_it_saves_what_was_typed_and_keeps_the_other_file(user, lab):
    saved = save_draft(user, lab, CODE, 0)

    assert not saved.conflict
    assert current_files(user, lab) == {**lab.starter, **CODE}


def test_it_counts_no_revision_for_a_save_that_changes_nothing(user, lab):
    first = save_draft(user, lab, CODE, 0)

    again = save_draft(user, lab, CODE, 0)

    assert again.revision == first.revision


def test_it_overwrites_nothing_when_two_tabs_save(user, lab):
    mine = save_draft(user, lab, CODE, 0)

    theirs = save_draft(user, lab, {"producer.py": "print('theirs')\n"}, 0)

    # It should refuse the second, show it the first, and keep both
    assert theirs.conflict
    assert theirs.files["producer.py"] == "print('mine')\n"
    assert theirs.revision == mine.revision
    assert "print('theirs')\n" in states(user)


def test_it_lets_the_second_tab_win_once_it_has_seen_the_first(user, lab):
    mine = save_draft(user, lab, CODE, 0)

    theirs = save_draft(user, lab, {"producer.py": "print('theirs')\n"}, mine.revision)

    assert not theirs.conflict
    assert current_files(user, lab)["producer.py"] == "print('theirs')\n"


def test_it_resets_softly(user, lab):
    save_draft(user, lab, CODE, 0)

    reset_draft(user, lab)

    assert current_files(user, lab) == lab.starter
    assert "print('mine')\n" in states(user)


def test_it_brings_an_earlier_draft_back(user, lab):
    save_draft(user, lab, CODE, 0)
    kept = DraftRevision.objects.get(draft__user=user, origin="edit")
    reset_draft(user, lab)

    restore_draft(user, lab, kept.pk)

    assert current_files(user, lab)["producer.py"] == "print('mine')\n"


def test_it_brings_back_nobody_elses(user, lab):
    save_draft(user, lab, CODE, 0)
    kept = DraftRevision.objects.first()

    with pytest.raises(DraftRevision.DoesNotExist):
        restore_draft(make_person(), lab, kept.pk)


def test_it_joins_edits_that_follow_each_other_closely(user, lab):
    first = save_draft(user, lab, CODE, 0)
    save_draft(user, lab, {"producer.py": "print('mine, again')\n"}, first.revision)

    assert states(user) == ["print('hi')\n", "print('mine, again')\n"]


def test_it_joins_no_edit_with_one_that_its_writer_may_not_have_seen(user, lab):
    """A submit from another tab saves over whatever is there, within seconds of the last edit."""
    save_draft(user, lab, CODE, 0)
    save_draft(user, lab, {"producer.py": "print('of the other tab')\n"}, None)

    assert CODE["producer.py"] in states(user)


def test_it_joins_no_edit_with_one_that_won_over_another_tabs(user, lab):
    first = save_draft(user, lab, CODE, 0)
    lost = save_draft(user, lab, {"producer.py": "print('late')\n"}, first.revision - 1)
    save_draft(user, lab, {"producer.py": "print('late')\n"}, lost.revision)

    assert CODE["producer.py"] in states(user)


def test_it_lets_old_conflicts_go_too(user, lab, monkeypatch):
    monkeypatch.setattr(drafts, "KEPT_REVISIONS", 3)
    save_draft(user, lab, CODE, 0)
    for number in range(6):
        save_draft(user, lab, {"producer.py": f"print({number})\n"}, 1)

    assert DraftRevision.objects.count() == 3


def test_it_lets_old_states_go(user, lab, monkeypatch):
    monkeypatch.setattr(drafts, "MERGE_EDITS_WITHIN_S", 0)
    monkeypatch.setattr(drafts, "KEPT_REVISIONS", 3)
    for number in range(6):
        save_draft(user, lab, {"producer.py": f"print({number})\n"}, None)

    assert states(user) == ["print(3)\n", "print(4)\n", "print(5)\n"]


@pytest.mark.parametrize(
    ("files", "code"),
    [
        ({"other.py": "x"}, "wrong-name"),
        ({"producer.py": "a\0b"}, "binary-file"),
        ({"producer.py": "\ud800"}, "not-utf-8"),
        ({"producer.py": "x" * (drafts.MAX_DRAFT_BYTES + 1)}, "file-too-large"),
        ({"producer.py": 3}, "binary-file"),
    ],
)
def test_it_refuses_what_cannot_be_kept_and_keeps_what_was_there(user, lab, files, code):
    save_draft(user, lab, CODE, 0)

    with pytest.raises(LearnerError) as refused:
        save_draft(user, lab, files, None)

    assert refused.value.code == code
    assert current_files(user, lab)["producer.py"] == "print('mine')\n"


def test_it_keeps_a_draft_that_is_too_long_to_run(user, lab):
    save_draft(user, lab, {"producer.py": "x" * 5000}, 0)

    assert len(current_files(user, lab)["producer.py"]) == 5000


def test_it_drops_a_file_that_the_author_has_taken_away(user, lab):
    save_draft(user, lab, CODE, 0)
    Draft.objects.update(files={"gone.py": "x", "producer.py": "y"})

    assert current_files(user, lab) == {**lab.starter, "producer.py": "y"}
