"""Metrics: what a monitoring system would have seen, by the history alone."""

from __future__ import annotations

import pytest

from histories.watching import back, decided, fenced, watched
from histories.words import TOPIC, handed
from judge.history import Op
from judge.indexing import index_history
from judge.metrics import METRICS, metric


def seen(name, *parts, **terms):
    """The moments and values of a metric; None where it is not known."""
    found = metric(index_history(watched(*parts, **terms)), name)
    return found and list(zip(found.moments, found.values, strict=True))


def floor(value, at, when="change"):
    return [
        Op(at, "metadata", "info", "config", topic=TOPIC,
           detail={"min.insync.replicas": value, "_when": when})
    ]  # fmt: skip


GOING = [
    *decided(10, 2, (1, 2, 3), partition=1),
    *decided(100, 1, (1, 2)),
    *decided(150, 1, (1, 2), election="clean", partition=1),
    *decided(200, 1, (1,)),
    *decided(300, None, (1,)),
    *decided(400, 3, (3,), election="unclean"),
    *decided(500, 3, (1, 2, 3)),
    *decided(500, 2, (1, 2, 3), election="last-known-leader", partition=1),
]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("offline_partitions", [(0, 0), (300, 1), (400, 0)]),
        ("under_replicated_partitions", [(0, 0), (100, 1), (150, 2), (300, 1), (400, 2), (500, 0)]),
        ("under_min_isr_partitions", [(0, 0), (200, 1), (300, 0), (400, 1), (500, 0)]),
        ("at_min_isr_partitions", [(0, 0), (100, 1), (150, 2), (200, 1), (500, 0)]),
        ("leader_elections_total", [(0, 0), (150, 1), (400, 2), (500, 3)]),
        ("unclean_elections_total", [(0, 0), (400, 1), (500, 2)]),
        ("fenced_brokers", [(0, 0)]),
        ("active_brokers", [(0, 3)]),
        ("controller_elections_total", [(0, 0)]),
    ],
)
def test_it_follows_what_the_controller_decided(name, values):
    assert seen(name, GOING) == values


def test_it_counts_brokers_that_are_shut_out_and_let_in():
    going = [*fenced(1, 100), *fenced(2, 200), *fenced(2, 250), *back(1, 300), *back(2, 400)]

    assert seen("fenced_brokers", going) == [(0, 0), (100, 1), (200, 2), (300, 1), (400, 0)]
    assert seen("active_brokers", going) == [(0, 3), (100, 2), (200, 1), (300, 2), (400, 3)]


def test_it_does_not_know_who_is_alive_of_a_cluster_of_unknown_size():
    assert seen("active_brokers", brokers=0) is None


def test_it_counts_controllers():
    ops = [Op(at, "metadata", "info", "controller", broker=101, epoch=at) for at in (70, 90)]

    assert seen("controller_elections_total", ops) == [(0, 0), (70, 1), (90, 2)]


def test_it_goes_by_the_place_in_the_log_where_moments_are_the_same():
    first, second = decided(100, 1, (1, 2)), decided(100, 1, (1, 2, 3))

    assert seen("under_replicated_partitions", second, first) == [(0, 0)]


def test_it_takes_no_moment_before_the_one_that_was_decided_first():
    first, second = decided(200, 1, (1, 2)), decided(199, 1, (1, 2, 3))

    assert seen("under_replicated_partitions", first, second) == [(0, 0)]


def test_it_counts_orders_that_our_own_producer_was_not_told_of():
    stored = [
        Op(at, "ledger", "ok", "send", id=i, topic=TOPIC, partition=0, offset=at)
        for i, at in (("o1", 130), ("o2", 90), ("o9", 95))
    ]

    found = seen("orders_waiting", handed("o1", "o2", at=100), stored)

    # One that was noted as stored before it was noted as handed waited for no time at all.
    assert found == [(0, 0), (100, 1), (130, 0), (60_000, 1)]


@pytest.mark.parametrize("name", sorted(METRICS.keys() - {"orders_waiting"}))
def test_it_does_not_know_what_nobody_read_of_the_metadata_log(name):
    ops = [op for op in watched() if op.f != "partition_change"]

    assert metric(index_history(ops), name) is None


def under(*parts, **terms):
    return seen("under_min_isr_partitions", decided(100, 1, (1, 2)), *parts, **terms)


def test_it_goes_by_the_floor_that_the_topic_was_made_with_until_it_is_changed():
    assert under() == [(0, 0)]
    assert under(floor("3", 150), floor("1", 180)) == [(0, 0), (150, 1), (180, 0)]


def test_it_takes_the_floor_at_the_end_where_nothing_else_tells_it():
    none = {"settings": {"topic": {}}}

    assert under(floor("3", 900, "end"), **none) == [(0, 0), (100, 1)]
    assert under(floor("3", 0), **none) == [(0, 0), (100, 1)]
    assert under(**none) is None


def test_it_does_not_know_the_default_that_came_back():
    assert under(floor(None, 150)) is None


def test_a_floor_above_the_replicas_asks_for_all_of_them():
    assert under(floor("5", 20)) == [(0, 0), (100, 1)]
