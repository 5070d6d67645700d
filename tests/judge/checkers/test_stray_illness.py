"""A broker that is missed although no fault had hurt it makes the night another than the lab's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from histories.watching import back, begun, dark, decided, fenced, healed, patched, proved, watched
from judge.checkers.stray_illness import stray_illness
from judge.indexing import index_history


def told(*parts):
    return stray_illness(index_history(watched(*parts)))


def flapped(at):
    """A replica falls out of sync for half a second, and nobody did anything."""
    return [*decided(at, 1, (1, 2)), *decided(at + 500, 1, (1, 2, 3))]


def test_what_a_fault_does_to_the_brokers_it_names_is_no_stray():
    assert told(patched(), dark()) is None


def test_it_tells_of_a_replica_that_fell_behind_while_nothing_was_done():
    said = "broker 3 left the ISR of partition 0 at 20.000 s, and nobody had hurt it"

    assert told(patched(), flapped(20_000), dark()) == said


def test_it_tells_of_a_broker_that_was_shut_out_beside_the_ones_that_were_hurt():
    third = lambda: [*fenced(1, 35_000), *back(1, 36_000)]  # noqa: E731

    assert told(dark(), third()) == "broker 1 was shut out at 35.000 s, and nobody had hurt it"


def test_it_tells_the_first_of_several():
    found = told(patched(), flapped(20_000), flapped(22_000), fenced(2, 21_000))

    assert found is not None
    assert "at 20.000 s" in found


def test_a_fault_that_may_hurt_anybody_explains_all_that_happens_in_its_time():
    link = [
        *begun("slow_link", 19_500),
        *proved("slow_link", 19_600, 1),
        *healed("slow_link", 21_000),
    ]

    assert told(link, flapped(20_000)) is None
    assert told(link, flapped(21_001)) is not None
    assert told(link, flapped(19_499)) is not None


@pytest.mark.parametrize("fault", ["kill_broker", "restart_broker", "pause_broker"])
def test_a_fault_of_one_broker_explains_nothing_of_another(fault):
    blow = [*begun(fault, 19_500), *proved(fault, 19_600, 2), *healed(fault, 21_000)]
    its_own = [*begun(fault, 19_500), *proved(fault, 19_600, 3), *healed(fault, 21_000)]

    assert told(blow, flapped(20_000)) is not None
    assert told(its_own, flapped(20_000)) is None


def test_a_broker_that_comes_back_is_not_missed():
    assert told(back(2, 15_000), decided(16_000, 1, (1, 2, 3))) is None


def test_another_topic_is_no_part_of_the_night():
    (op,) = decided(20_000, 1, (1,))

    other = [replace(op, topic="canary-good")]

    assert told(patched(), other) is None
    assert told(patched(), other, flapped(21_000)) is not None


def test_each_partition_has_an_isr_of_its_own():
    one, other = decided(20_000, 1, (1, 2, 3), partition=1), decided(20_001, 1, (1, 2), partition=2)

    assert told(one, other) is None
    assert told(one, other, decided(20_002, 1, (1, 3), partition=1)) is not None


def test_the_metadata_log_decides_which_of_two_changes_was_the_later():
    link = [*begun("slow_link", 18_000), *healed("slow_link", 19_999)]
    out, sooner = decided(19_000, 1, (1, 2), offset=9000), decided(20_000, 1, (1, 2), offset=9001)
    later = decided(20_000, 1, (1, 2, 3), offset=9002)

    assert told(link, later, sooner, out) is None
