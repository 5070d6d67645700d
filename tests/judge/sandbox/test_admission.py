"""A run begins when there is room, tells why it waits, and waits for nobody's work for ever."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from judge.errors import JudgeError
from judge.sandbox import admission as module
from judge.sandbox.admission import BUSY_PCT, FLOOR_BYTES, Admission, Request
from judge.sandbox.machine import Machine, lateness_pct
from judge.waiting import wait_until

PATIENCE_S = 30
MB = 1 << 20


class Scene(Machine):
    """A machine, a run that asks to begin, and what it was told."""

    def __init__(self) -> None:
        self.free_bytes, self.busy_pct = 8 << 30, 0.0
        self.running, self.spare = 0, 0
        self.told: list[str | None] = []
        self.begun = 0
        self.stopped = False
        self.door = Admission(self)

    def available_bytes(self) -> int:
        return self.free_bytes

    def cpu_pressure_pct(self) -> float:
        return self.busy_pct

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
    scene.busy_pct = 100.0

    scene.ask()

    assert (scene.begun, scene.told) == (1, [])


def test_beside_others_it_waits_for_the_cores(scene: Scene) -> None:
    scene.running, scene.busy_pct = 2, BUSY_PCT
    waiting = scene.asked()
    wait_until(lambda: scene.told, PATIENCE_S, "it told nothing")
    assert scene.told == ["The cores are busy; 2 other runs are under way"]

    scene.busy_pct = BUSY_PCT - 1
    waiting.join(PATIENCE_S)

    assert (scene.begun, scene.told[-1]) == (1, None)


def test_it_waits_for_no_strangers_work_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CPU_PATIENCE_S", 0.05)
    scene.running, scene.busy_pct = 1, 100.0

    scene.ask()

    assert scene.begun == 1


def test_who_keeps_the_cores_busy_on_purpose_does_not_wait_for_them(scene: Scene) -> None:
    scene.running, scene.busy_pct = 1, 100.0
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
    scene.running, scene.busy_pct, scene.stopped = 1, 100.0, True

    with pytest.raises(JudgeError, match="cancelled"):
        scene.ask()
    scene.stopped = False
    scene.running = 0
    scene.ask()

    assert scene.begun == 1


def test_pressure_is_the_share_of_the_time_since_it_was_asked_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    psi = tmp_path / "cpu"
    machine = Machine(psi=psi)
    now = [100.0]
    monkeypatch.setattr("judge.sandbox.machine.time.monotonic", lambda: now[0])
    psi.write_text("some avg10=12.50 avg60=0.00 avg300=0.00 total=1000000\nfull avg10=0.00\n")
    assert machine.cpu_pressure_pct() == 12.5

    now[0] += 4
    psi.write_text("some avg10=20.00 avg60=0.00 avg300=0.00 total=4000000\nfull avg10=0.00\n")

    assert machine.cpu_pressure_pct() == 75.0


def test_where_the_kernel_keeps_no_figures_short_naps_tell(tmp_path: Path) -> None:
    assert 0 <= Machine(psi=tmp_path / "none").cpu_pressure_pct() <= 100


def test_a_late_wake_is_a_share_of_the_naps(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 0.4])
    monkeypatch.setattr("judge.sandbox.machine.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("judge.sandbox.machine.time.sleep", lambda _s: None)

    assert lateness_pct(naps=20, nap_s=0.005) == 75.0


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
