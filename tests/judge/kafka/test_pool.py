"""The pool keeps what is asked for warm, by shape, and leaves nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from judge.errors import JudgeError
from judge.home import Home
from judge.kafka.installed import KafkaInstall
from judge.kafka.shape import Shape
from judge.sandbox import filler as filler_module
from judge.sandbox import starting as starting_module
from judge.sandbox.admission import Admission
from judge.sandbox.machine import Machine
from judge.sandbox.pool import Pool
from judge.sandbox.shelf import MOST_SHAPES
from judge.waiting import wait_until

from .conftest import PATIENCE_S

PLAIN, QUICK = Shape(), Shape(settings={"replica.lag.time.max.ms": "2000"})


class FakeMachine(Machine):
    """As much room as the test says; at first more than anybody needs."""

    def __init__(self) -> None:
        self.free_bytes, self.busy = 64 << 30, False

    def available_bytes(self) -> int:
        return self.free_bytes

    def is_busy(self) -> bool:
        return self.busy


class FakeSandbox:
    """Answers every request at once, or as it is told."""

    def __init__(self, works: Works) -> None:
        self._works, self.asked, self.alive, self.first_pid = works, [], True, None
        self.shape: Any = None

    def request(self, op: str, **arguments: Any) -> dict[str, Any]:
        self.asked.append(op)
        if op == "boot":
            self.shape = arguments["shape"]
            self._works.before_boot()
        if op in self._works.failing:
            raise JudgeError("broken", f"{op} failed")
        return {}

    def close(self) -> None:
        self.alive = False


class Works:
    """Makes fake sandboxes and remembers them."""

    def __init__(self) -> None:
        self.made: list[FakeSandbox] = []
        self.failing: set[str] = set()
        self.before_boot = lambda: None

    def start(self, _home: Home) -> FakeSandbox:
        self.made.append(FakeSandbox(self))
        return self.made[-1]

    @property
    def living(self) -> list[FakeSandbox]:
        return [each for each in self.made if each.alive]


class _NoInstall:
    def to_dict(self) -> dict[str, Any]:
        return {}


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Works:
    made = Works()
    monkeypatch.setattr(starting_module, "start_sandbox", made.start)
    monkeypatch.setattr(starting_module, "load_install", lambda _home: _NoInstall())
    monkeypatch.setattr(filler_module, "CHECK_PERIOD_S", 0.02)
    monkeypatch.setattr(filler_module, "FAILURE_PAUSE_S", 0.02)
    monkeypatch.setattr("judge.sandbox.admission.SPACING_S", 0.0)
    return made


@pytest.fixture
def machine() -> FakeMachine:
    return FakeMachine()


@pytest.fixture
def door(machine: FakeMachine) -> Admission:
    return Admission(machine)


@pytest.fixture
def two(works: Works, home: Home, door: Admission) -> Iterator[Pool]:
    """A pool of two that is full."""
    with Pool(home, 2, PLAIN, door) as pool:
        pool.wait_warm(PATIENCE_S)
        yield pool


def test_it_boots_and_freezes_as_many_as_asked_for(works: Works, two: Pool) -> None:
    assert two.warm_count == 2
    assert [each.asked for each in works.made] == [["boot", "freeze"]] * 2


def test_it_gives_a_warm_one_thawed_and_fills_up_again(works: Works, two: Pool) -> None:
    sandbox, warm = two.take(PLAIN)

    assert (warm, sandbox.asked) == (True, ["boot", "freeze", "thaw"])
    two.wait_warm(PATIENCE_S)
    assert (two.warm_count, len(works.made)) == (2, 3)


def test_it_never_gives_the_same_one_twice(two: Pool) -> None:
    taken = [two.take(PLAIN)[0] for _ in range(5)]

    assert len({id(each) for each in taken}) == 5


def test_size_zero_keeps_nothing_warm_and_starts_cold(
    works: Works, home: Home, door: Admission
) -> None:
    with Pool(home, 0, PLAIN, door) as pool:
        assert works.made == []

        sandbox, warm = pool.take(PLAIN)

    assert (warm, sandbox.asked) == (False, ["boot"])
    assert sandbox.alive


def test_another_shape_is_started_cold_and_kept_warm_from_then_on(works: Works, two: Pool) -> None:
    sandbox, warm = two.take(QUICK)
    assert (warm, sandbox.shape) == (False, QUICK.to_dict())

    two.wait_warm(PATIENCE_S)

    assert two.take(QUICK)[1] is True


def test_it_keeps_its_size_of_every_shape_and_no_more(works: Works, two: Pool) -> None:
    for _ in range(5):
        two.take(QUICK)
    two.wait_warm(PATIENCE_S)

    frozen = [each.shape for each in works.living if each.asked[-1] == "freeze"]

    assert frozen.count(QUICK.to_dict()) == frozen.count(PLAIN.to_dict()) == 2


def test_every_shape_gets_one_before_any_gets_another(
    works: Works, home: Home, door: Admission
) -> None:
    shapes = [Shape(settings={"n": str(number)}) for number in range(3)]
    works.failing = {"boot"}
    with Pool(home, 2, shapes[0], door) as pool:
        for shape in shapes[1:]:
            pool.wish(shape)
        works.failing = set()
        pool.wait_warm(PATIENCE_S)

    order = [each.shape["settings"]["n"] for each in works.made if "freeze" in each.asked]
    assert sorted(order[:3]) == sorted(order[3:]) == ["0", "1", "2"]


def test_shapes_that_nobody_asked_for_lately_are_ended(works: Works, two: Pool) -> None:
    for number in range(MOST_SHAPES):
        two.wish(Shape(settings={"n": str(number)}))

    two.wait_warm(PATIENCE_S)

    assert PLAIN.to_dict() not in [each.shape for each in works.living]
    assert two.warm_count == 2 * MOST_SHAPES


def test_a_run_without_memory_gets_that_of_the_longest_forgotten_shape(
    works: Works, two: Pool, machine: FakeMachine
) -> None:
    two.wish(QUICK)
    two.wait_warm(PATIENCE_S)
    older = [each for each in works.living if each.shape == PLAIN.to_dict()]
    free_bytes = iter([0, 0, 64 << 30])
    machine.available_bytes = lambda: next(free_bytes, 0)  # type: ignore[method-assign]

    _sandbox, warm = two.take(QUICK)

    assert warm
    assert not any(each.alive for each in older)


def test_nothing_is_prepared_where_there_is_no_memory(
    works: Works, home: Home, machine: FakeMachine, door: Admission
) -> None:
    machine.free_bytes = 700 << 20
    with Pool(home, 1, PLAIN, door) as pool:
        with pytest.raises(JudgeError, match="No warm sandbox"):
            pool.wait_warm(0.2)
        assert works.made == []

        machine.free_bytes = 64 << 30
        pool.wait_warm(PATIENCE_S)

    assert len(works.made) == 1


def test_a_shape_asked_for_lately_gets_the_memory_of_an_older_one(
    works: Works, two: Pool, machine: FakeMachine
) -> None:
    def free_bytes() -> int:
        return (1200 << 20) - 400_000_000 * len(works.living)

    machine.available_bytes = free_bytes  # type: ignore[method-assign]
    two.wish(QUICK)

    wait_until(
        lambda: [each.shape for each in works.living] == [QUICK.to_dict()],
        PATIENCE_S,
        "the older shape kept its memory",
    )


def test_what_cannot_yield_is_not_prepared_beside_runs_on_busy_cores(
    works: Works, two: Pool, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filler_module, "can_yield", lambda: False)
    machine.busy = True
    two.take(PLAIN)

    with pytest.raises(JudgeError, match="No warm sandbox"):
        two.wait_warm(0.2)
    assert len(works.made) == 2

    machine.busy = False
    two.wait_warm(PATIENCE_S)


def test_what_yields_is_prepared_whatever_else_runs(
    works: Works, two: Pool, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(filler_module, "can_yield", lambda: True)
    machine.busy = True
    two.take(PLAIN)

    two.wait_warm(PATIENCE_S)

    assert len(works.made) == 3


def test_it_counts_the_runs_that_are_under_way(two: Pool) -> None:
    first, second = two.take(PLAIN)[0], two.take(PLAIN)[0]
    assert two.running == 2

    first.close()
    assert two.running == 1

    second.close()
    assert two.running == 0


def test_a_frozen_one_that_died_is_replaced(works: Works, two: Pool) -> None:
    works.made[0].alive = False

    wait_until(lambda: len(works.made) == 3 and two.warm_count == 2, PATIENCE_S, "not replaced")

    assert len(works.living) == 2


def test_one_that_cannot_be_thawed_is_thrown_away(works: Works, two: Pool) -> None:
    works.failing = {"thaw"}

    sandbox, warm = two.take(PLAIN)

    assert (warm, sandbox.alive) == (False, True)
    assert not any(each.alive for each in works.made if "thaw" in each.asked)


def test_a_cold_start_that_fails_leaves_nothing_and_says_why(
    works: Works, home: Home, door: Admission
) -> None:
    works.failing = {"boot"}

    with Pool(home, 0, PLAIN, door) as pool, pytest.raises(JudgeError, match="boot failed"):
        pool.take(PLAIN)

    assert works.living == []


def test_a_refill_that_fails_is_told_to_who_waits_and_tried_again(
    works: Works, home: Home, door: Admission
) -> None:
    works.failing = {"freeze"}
    with Pool(home, 1, PLAIN, door) as pool:
        with pytest.raises(JudgeError, match="freeze failed"):
            pool.wait_warm(PATIENCE_S)
        works.failing = set()

        wait_until(lambda: pool.warm_count == 1, PATIENCE_S, "not tried again")

    assert works.living == []


def test_a_taker_waits_for_the_refill_that_is_under_way(
    works: Works, home: Home, door: Admission
) -> None:
    go_on, begun = threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        go_on.wait(PATIENCE_S)

    works.before_boot = hold
    with Pool(home, 1, PLAIN, door) as pool:
        begun.wait(PATIENCE_S)
        taken: list[Any] = []
        taker = threading.Thread(target=lambda: taken.append(pool.take(PLAIN)))
        taker.start()
        works.before_boot = lambda: None
        go_on.set()
        taker.join(PATIENCE_S)

        assert taken[0] == (works.made[0], True)


def test_closing_ends_the_waiting_and_the_half_made_but_not_the_taken(
    works: Works, two: Pool
) -> None:
    taken, _warm = two.take(PLAIN)

    two.close()

    assert works.living == [taken]


@pytest.mark.brokers
def test_a_real_pool_refills_in_the_background_and_leaves_no_process(
    runtime_home: Home, kafka: KafkaInstall
) -> None:
    with Pool(runtime_home, 1, PLAIN) as pool:
        pool.wait_warm(PATIENCE_S)
        sandbox, warm = pool.take(PLAIN)
        with sandbox:
            assert warm
            assert sandbox.request("thaw", timeout_s=PATIENCE_S) is not None
        pool.wait_warm(PATIENCE_S)
        assert pool.warm_count == 1
    assert not sandbox.alive
