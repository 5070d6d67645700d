"""Commits ahead and gaps in progress, on small histories, against the plainest reckoning."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given
from hypothesis import strategies as st

from histories.copying import INPUT, committed, in_force, processed, put
from histories.profiles import many
from histories.words import ended, history
from judge.backlog import gaps
from judge.checkers import commit_ahead, rebalance_pause, stall, stuck_group
from judge.history import Op
from judge.indexing import index_history

MOMENTS = st.integers(20, 60).map(lambda step: step * 10.0)


@dataclass(frozen=True)
class Run:
    """Up to eight records of one partition: when each was done, and what was committed when."""

    done: tuple[float | None, ...]
    commits: tuple[tuple[float, int], ...]
    by_tap: bool = True

    @property
    def ops(self):
        ids = [f"o{n}" for n in range(len(self.done))]
        parts = [put(*ids, at=100)]
        parts += [processed(i, at=t) for i, t in zip(ids, self.done, strict=True) if t is not None]
        for at, offset in self.commits:
            parts.append((committed if self.by_tap else in_force)(offset, at=at))
        return history(*parts, ended(at=700), input_topic=INPUT)


def runs(least=1):
    return st.integers(least, 8).flatmap(
        lambda size: st.builds(
            Run,
            st.tuples(*[st.one_of(st.none(), MOMENTS)] * size),
            st.lists(st.tuples(MOMENTS, st.integers(1, size)), max_size=5).map(tuple),
            st.booleans(),
        )
    )


def ahead(run, slack):
    return sum(
        any(t is None or t > at + slack for t in run.done[:offset]) for at, offset in run.commits
    )


@many(1000)
@given(runs(), st.sampled_from([0, 15, 100]))
def test_it_finds_the_commits_ahead_that_counting_finds(run, slack):
    result = commit_ahead.check(index_history(run.ops), slack_ms=slack)
    found = sum(anomaly.count for anomaly in result.anomalies)

    if any(t is not None for t in run.done) and run.commits:
        assert found == ahead(run, slack)
        assert result.kept is (found == 0)
    else:
        assert result.kept is None


@many(300)
@given(st.lists(st.integers(1, 30), min_size=1, max_size=8), st.integers(0, 40))
def test_it_raises_no_alarm_when_each_commit_follows_its_records(steps, later):
    moments = [200.0 + sum(steps[: n + 1]) for n in range(len(steps))]
    commits = tuple((t + later, n + 1) for n, t in enumerate(moments))

    result = commit_ahead.check(index_history(Run(tuple(moments), commits).ops), slack_ms=0)

    assert (result.kept, result.anomalies) == (True, ())


@many(300)
@given(st.lists(st.integers(1, 30), min_size=2, max_size=8), st.integers(1, 5))
def test_it_names_a_program_that_commits_what_it_was_handed(steps, before):
    moments = [200.0 + sum(steps[: n + 1]) for n in range(len(steps))]
    commits = tuple((t - before / 10, n + 1) for n, t in enumerate(moments))

    result = commit_ahead.check(index_history(Run(tuple(moments), commits).ops), slack_ms=0)

    assert [a.cause for a in result.anomalies] == ["commit-before-processing"]
    assert result.anomalies[0].count == len(steps)


@dataclass(frozen=True)
class Load:
    """Records: when each came, and how long it took until it was done; None for never."""

    rows: tuple[tuple[float, float | None], ...]

    @property
    def ops(self):
        parts = []
        for n, (came, took) in enumerate(self.rows):
            # Our producer hears a millisecond after it has sent.
            parts.append(put(f"o{n}", offset=n, at=came - 1))
            if took is not None:
                parts.append(processed(f"o{n}", at=came + took))
        return history(*parts, ended(at=1000), input_topic=INPUT)


LOADS = st.lists(
    st.tuples(
        st.integers(1, 40).map(lambda n: n * 10.0),
        st.one_of(st.none(), st.integers(0, 40).map(lambda n: n * 10.0)),
    ),
    min_size=1,
    max_size=8,
).map(lambda rows: Load(tuple(rows)))


def plainly(load):
    """The gaps, found by looking at every moment of 10 ms by itself."""
    moments = [n * 10.0 for n in range(100)]
    done = {came + took for came, took in load.rows if took is not None}
    found, begun = [], None
    for moment in [*moments, 1000.0]:
        waits = any(
            came <= moment and (took is None or came + took > moment) for came, took in load.rows
        )
        if begun is not None and (moment in done or not waits or moment == 1000.0):
            found.append((begun, moment))
            begun = None
        if begun is None and waits and moment < 1000.0:
            begun = moment
    return found


@many(1000)
@given(LOADS)
def test_it_finds_the_gaps_that_looking_at_every_moment_finds(load):
    found = [(gap.begin_ms, gap.end_ms) for gap in gaps(index_history(load.ops))]

    assert found == plainly(load)


def members(count, at):
    detail = {"state": "Stable", "asked_ms": at}
    return Op(at, "group", "info", "members", id="g", count=count, detail=detail)


@many(300)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=40), st.integers(2, 5))
def test_it_raises_no_alarm_on_a_group_that_works_at_once(takes, joins):
    rows = tuple((100.0 + n * 10, float(took)) for n, took in enumerate(takes))
    joined = [members(1 + n % 2, 90.0 + n * 50) for n in range(joins)]
    found = index_history([*Load(rows).ops, *joined])
    found.terms = asked_for(found.terms)

    assert stuck_group.check(found, limit_ms=20).kept is True
    assert rebalance_pause.check(found, max_pause_ms=20).kept is True
    assert stall.check(found, limit_ms=20).kept is True


@many(300)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=20), st.integers(0, 19))
def test_it_finds_a_planted_time_without_progress(takes, place):
    place = place % len(takes)
    rows = [(100.0 + n * 10, float(took)) for n, took in enumerate(takes)]
    late = [(came + (300 if n > place else 0), took) for n, (came, took) in enumerate(rows)]
    # One record waits through the pause; all that come later come after it.
    late[place] = (late[place][0], 290.0)
    found = index_history([*Load(tuple(late)).ops, members(1, 90.0), members(2, late[place][0])])
    found.terms = asked_for(found.terms)

    assert [a.cause for a in stuck_group.check(found, limit_ms=250).anomalies] == [
        "members-without-progress"
    ]


def asked_for(terms):
    return replace(terms, promises=("stuck_group", "rebalance_pause", "stall"))
