"""An end is believed when the leader has written no more, or when nothing more comes."""

from __future__ import annotations

from judge.inside.read_ends import ReadEnds

PART, OTHER = ("orders", 0), ("orders", 1)


def test_an_end_where_the_leaders_log_ends_is_one() -> None:
    ends = ReadEnds([PART, OTHER], lambda _part: 5)

    assert ends.reached(PART, 5)
    assert ends.left == {OTHER}
    assert not ends.reached(PART, 5)


def test_an_end_is_believed_when_nobody_is_known_to_lead() -> None:
    assert ReadEnds([PART], lambda _part: None).reached(PART, 0)


def test_an_end_below_what_was_written_is_not_believed_at_once() -> None:
    ends = ReadEnds([PART], lambda _part: 5, grace_s=3600)

    assert not ends.reached(PART, 3)
    assert ends.believed() == []
    assert ends.left == {PART}
    assert ends.reached(PART, 5)
    assert ends.believed() == []


def test_an_early_end_is_believed_when_nothing_came_after_it_in_time() -> None:
    ends = ReadEnds([PART], lambda _part: 5, grace_s=0)

    assert not ends.reached(PART, 3)
    assert ends.believed() == [(PART, 3)]
    assert ends.left == set()


def test_a_record_after_an_early_end_makes_it_none() -> None:
    ends = ReadEnds([PART], lambda _part: 5, grace_s=0)
    ends.reached(PART, 3)

    ends.went_on(PART)

    assert ends.believed() == []
    assert ends.left == {PART}
