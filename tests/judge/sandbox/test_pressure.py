"""The pressure of a run is how late its threads were woken and how long others waited."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from judge.inside.observers.pressure import PERIOD_S, Pressure
from judge.waiting import wait_until

PATIENCE_S = 30


@pytest.fixture
def kernel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Writes the kernel's two files and sets the clock."""
    psi, stat = tmp_path / "cpu", tmp_path / "stat"
    now = [0.0]
    monkeypatch.setattr("judge.inside.observers.pressure.time.monotonic", lambda: now[0])

    def tell(at_s: float, some_us: int, steal: int, idle: int) -> None:
        now[0] = at_s
        psi.write_text(f"some avg10=0.00 avg60=0.00 avg300=0.00 total={some_us}\nfull avg10=0\n")
        stat.write_text(f"cpu  0 0 0 {idle} 0 0 0 {steal} 0 0\ncpu0 0\n")

    tell.psi, tell.stat = psi, stat  # type: ignore[attr-defined]
    return tell


def test_it_tells_shares_of_the_time_it_watched(kernel: Any) -> None:
    kernel(10.0, 1_000_000, 100, 900)
    watch = Pressure(psi=kernel.psi, stat=kernel.stat)

    kernel(14.0, 4_000_000, 150, 1050)
    watch.stop()

    assert watch.figures() == {"latest_wake_ms": 0, "cpu_some_pct": 75.0, "steal_pct": 25.0}


def test_the_latest_wake_is_the_worst_of_all(kernel: Any) -> None:
    watch = Pressure(psi=kernel.psi, stat=kernel.stat)

    for late_s in (0.001, 2.0, 0.3):
        watch.woke(PERIOD_S + late_s)

    assert watch.figures()["latest_wake_ms"] == 2000


def test_a_kernel_that_tells_nothing_leaves_the_wakes(tmp_path: Path) -> None:
    watch = Pressure(psi=tmp_path / "none", stat=tmp_path / "none")
    watch.stop()

    assert set(watch.figures()) == {"latest_wake_ms"}


def test_it_tells_how_long_the_learners_processes_waited_for_a_core(
    kernel: Any, tmp_path: Path
) -> None:
    def process(pid: int, ran_s: float, waited_s: float) -> None:
        (tmp_path / str(pid)).mkdir(exist_ok=True)
        figures = f"{int(ran_s * 1e9)} {int(waited_s * 1e9)} 7\n"
        (tmp_path / str(pid) / "schedstat").write_text(figures)

    watch = Pressure(lambda: [7, 8, 9], psi=kernel.psi, stat=kernel.stat, proc=tmp_path)
    kernel(100.0, 0, 0, 0)
    process(7, 50.0, 30.0)
    process(8, 0.0, 0.0)
    watch.look()

    kernel(110.0, 0, 0, 0)
    process(7, 51.0, 38.0)
    process(8, 2.0, 1.0)
    watch.look()

    figures = watch.figures()
    assert (figures["program_waited_pct"], figures["program_ran_pct"]) == (80.0, 30.0)


def test_a_process_that_was_hardly_there_tells_nothing(kernel: Any, tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "schedstat").write_text("5 5 5\n")
    watch = Pressure(lambda: [7], psi=kernel.psi, stat=kernel.stat, proc=tmp_path)

    watch.look()

    assert "program_waited_pct" not in watch.figures()


def test_it_watches_until_it_is_stopped() -> None:
    watch = Pressure()
    watch.start()
    wait_until(lambda: watch.is_alive(), PATIENCE_S, "it does not watch")

    watch.stop()

    assert not watch.is_alive()
    op = watch.op(12.5)
    assert (op.source, op.type, op.f, op.t_ms) == ("machine", "info", "pressure", 12.5)
