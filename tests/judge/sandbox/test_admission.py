"""A run begins when there is room, tells why it waits, and waits for nobody's work for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.sandbox import admission as module
from judge.sandbox.admission import FLOOR_BYTES, Admission, Request
from judge.sandbox.machine import Machine, denied_pct
from judge.waiting import wait_until

PATIENCE_S = 30
MB = 1 << 20


class Scene(Machine):
    """A machine, a run that asks to begin, and what it was told."""

    def __init__(self) -> None:
        self.free_bytes, self.busy = 8 << 30, False
        self.running, self.spare = 0, 0
        self.told: list[str | None] = []
        self.begun = 0
        self.stopped = False
        self.door = Admission(self)

    def available_bytes(self) -> int:
        return self.free_bytes

    def is_busy(self) -> bool:
        return self.busy

    def ask(self) -> None:
        self.door.admit(
            Request(lambda: 400 * MB, lambda: self.running, self._give_up, self._begin),
            self.told.append,
            lambda: self.stopped,
        )

    def asked(self) -> threading.Thread:
        thread = threading.Thread(target=self.ask)
        thread.start()
        return thread

    def _give_up(self) -> bool:
        self.spare -= 1
        self.free_bytes += 400 * MB if self.spare >= 0 else 0
        return self.spare >= 0

    def _begin(self) -> None:
        self.begun += 1


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setattr(module, "STEP_S", 0.01)
    monkeypatch.setattr(module, "SPACING_S", 0.0)
    return Scene()


def test_with_room_it_begins_at_once_and_tells_nothing(scene: Scene) -> None:
    scene.ask()

    assert (scene.begun, scene.told) == (1, [])


def test_it_waits_for_memory_and_tells_how_much(scene: Scene) -> None:
    scene.free_bytes, scene.running = 100 * MB, 1
    waiting = scene.asked()
    wait_until(lambda: scene.told, PATIENCE_S, "it told nothing")
    assert scene.begun == 0

    scene.free_bytes = 8 << 30
    waiting.join(PATIENCE_S)

    assert scene.begun == 1
    assert scene.told == ["A run needs 912 MB of memory and 100 MB are free", None]


def test_what_nobody_uses_gives_its_memory(scene: Scene) -> None:
    scene.free_bytes, scene.spare = FLOOR_BYTES, 1

    scene.ask()

    assert (scene.begun, scene.told) == (1, [])


def test_without_anybody_to_wait_for_it_ends_with_the_reason(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MEMORY_PATIENCE_S", 0.05)
    scene.free_bytes = 100 * MB

    with pytest.raises(JudgeError, match="100 MB are free") as failed:
        scene.ask()

    assert failed.value.code == "not-enough-memory"
    assert scene.begun == 0


def test_the_only_run_does_not_wait_for_the_cores(scene: Scene) -> None:
    scene.busy = True

    scene.ask()

    assert (scene.begun, scene.told) == (1, [])


def test_beside_others_it_waits_for_the_cores(scene: Scene) -> None:
    scene.running, scene.busy = 2, True
    waiting = scene.asked()
    wait_until(lambda: scene.told, PATIENCE_S, "it told nothing")
    assert scene.told == ["The cores are busy; 2 other runs are under way"]

    scene.busy = False
    waiting.join(PATIENCE_S)

    assert (scene.begun, scene.told[-1]) == (1, None)


def test_it_waits_for_no_strangers_work_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CPU_PATIENCE_S", 0.05)
    scene.running, scene.busy = 1, True

    scene.ask()

    assert scene.begun == 1


def test_who_keeps_the_cores_busy_on_purpose_does_not_wait_for_them(scene: Scene) -> None:
    scene.running, scene.busy = 1, True
    scene.door = Admission(scene, cpu_patience_s=0)

    scene.ask()

    assert scene.begun == 1


def test_runs_begin_one_after_the_other(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SPACING_S", 0.2)
    scene.running = 1
    scene.ask()
    assert scene.told == []

    scene.ask()

    assert (scene.begun, scene.told) == (2, ["Another run has just begun", None])


def test_a_run_that_is_cancelled_waits_no_more(scene: Scene) -> None:
    scene.running, scene.busy, scene.stopped = 1, True, True

    with pytest.raises(JudgeError, match="cancelled"):
        scene.ask()
    scene.stopped = False
    scene.running = 0
    scene.ask()

    assert scene.begun == 1


class Kernel:
    """The kernel's file, the clock, and how much of a piece of work is denied."""

    def __init__(self, psi: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._psi, self.now_s, self.denied, self.works = psi, 100.0, 0.0, 0
        monkeypatch.setattr("judge.sandbox.machine.time.monotonic", lambda: self.now_s)
        monkeypatch.setattr("judge.sandbox.machine.denied_pct", self._work)
        self.machine = Machine(psi=psi)

    def tell(self, avg10: float, total_us: int) -> None:
        text = f"some avg10={avg10:.2f} avg60=0.00 avg300=0.00 total={total_us}\nfull avg10=0.00\n"
        self._psi.write_text(text)

    def _work(self) -> float:
        self.works += 1
        return self.denied


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Kernel:
    return Kernel(tmp_path / "cpu", monkeypatch)


def test_low_pressure_is_believed_at_no_cost(kernel: Kernel) -> None:
    kernel.tell(12.5, 1_000_000)

    assert not kernel.machine.is_busy()
    assert kernel.works == 0


def test_high_pressure_with_work_that_is_denied_is_busy(kernel: Kernel) -> None:
    kernel.tell(97.0, 1_000_000)
    kernel.denied = 62.0

    assert kernel.machine.is_busy()


def test_high_pressure_by_what_yields_to_everybody_is_not(kernel: Kernel) -> None:
    kernel.tell(97.0, 1_000_000)
    kernel.denied = 20.0

    assert not kernel.machine.is_busy()


def test_pressure_is_that_of_the_time_since_it_was_asked_before(kernel: Kernel) -> None:
    kernel.tell(97.0, 1_000_000)
    kernel.denied = 100.0
    assert kernel.machine.is_busy()

    kernel.now_s += 4
    kernel.tell(97.0, 1_400_000)

    assert not kernel.machine.is_busy()


def test_one_lucky_piece_of_work_decides_nothing(kernel: Kernel) -> None:
    kernel.tell(97.0, 1_000_000)
    for kernel.denied in (80.0, 75.0, 0.0):
        busy = kernel.machine.is_busy()
    assert busy

    kernel.now_s += 7  # what was then is no news

    assert not kernel.machine.is_busy()


def test_where_the_kernel_keeps_no_figures_work_decides(kernel: Kernel) -> None:
    kernel.denied = 90.0
    assert kernel.machine.is_busy()

    kernel.now_s, kernel.denied = 200.0, 10.0

    assert not kernel.machine.is_busy()


def test_work_that_had_a_core_half_of_the_time_was_denied_the_other_half(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wall, worked = iter([0.0, 0.05]), iter([0.0, 0.0, 0.025])
    monkeypatch.setattr("judge.sandbox.machine.time.monotonic", lambda: next(wall))
    monkeypatch.setattr("judge.sandbox.machine.time.thread_time", lambda: next(worked))

    assert denied_pct(0.025) == 50.0


def test_a_containers_limit_counts_where_it_is_lower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    meminfo, limit, used = (tmp_path / name for name in ("meminfo", "max", "current"))
    meminfo.write_text("MemTotal: 9000000 kB\nMemAvailable: 8388608 kB\n")
    limit.write_text("1073741824\n")
    used.write_text("536870912\n")
    monkeypatch.setattr("judge.sandbox.machine.CGROUPS", ((limit, used),))
    assert Machine(meminfo=meminfo).available_bytes() == 512 * MB

    limit.write_text("max\n")

    assert Machine(meminfo=meminfo).available_bytes() == 8 << 30
