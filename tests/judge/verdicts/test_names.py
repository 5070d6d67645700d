"""One string for each id, whatever order they come in and however often."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from histories.profiles import many
from judge.names import Names

COLUMNS = st.lists(st.lists(st.sampled_from("abcdefgh"), max_size=6), max_size=8)


@many(500)
@given(COLUMNS)
def test_it_gives_back_the_ids_it_was_given(columns):
    names = Names()

    assert [names.all(list(column)) for column in columns] == columns


def test_it_gives_back_the_first_string_of_an_id():
    names, ids = Names(), ["".join(("order", str(number))) for number in range(9)]
    again = ["".join(("order", str(number))) for number in range(9)]

    first = names.all(ids)

    assert [id(name) for name in names.all(again[2:5])] == [id(name) for name in first[2:5]]
    assert [id(name) for name in names.all([again[7], again[3]])] == [id(ids[7]), id(ids[3])]
