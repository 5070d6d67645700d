"""A receipt that is missing, stale, incomplete or wrong fails, and says which and what to do."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from judge.cli.main import main
from judge.lab import Lab, load_lab
from judge.receipts.book import Book
from judge.receipts.digests import lab_digest
from judge.receipts.receipt import Basis, add_run, receipt_path, row_of
from judge.receipts.sample import SAMPLE, chosen, sampled
from judge.receipts.standing import standing_of
from judge.solutions import load_solutions
from judge.verify import _rounds

REAL = Path(__file__).parents[3] / "labs" / "acked-then-gone"

Prove = Callable[..., None]

NOW = Basis("engine-of-now", "4.3.1", "2.16.1")


@pytest.fixture(autouse=True)
def one_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine that all of a test happens on, though somebody may be at work on the real one."""
    for place in ("receipts.standing", "receipts.book", "cli.standing"):
        monkeypatch.setattr(f"judge.{place}.present_basis", lambda: NOW)


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    """A copy of a real lab, with no receipt yet."""
    folder = tmp_path / "labs" / REAL.name
    shutil.copytree(REAL, folder)
    return load_lab(folder)


@pytest.fixture
def prove(lab: Lab) -> Prove:
    """Writes a receipt as a verification would: every solution once, as declared."""

    def write(
        *,
        without: str = "",
        wrong: str = "",
        unclear: str = "",
        machine: str = "idle",
        basis: Basis = NOW,
    ) -> None:
        for solution in load_solutions(lab):
            for stage, declared in solution.expected.items():
                got = str(declared)
                if solution.name == wrong:
                    got = "FAIL duplicate resent"
                if solution.name == unclear:
                    got = "INCONCLUSIVE machine-starved"
                if solution.name != without:
                    row = {(solution.name, stage, machine): row_of(got, str(declared), 42)}
                    add_run(receipt_path(lab.folder), row, lab_digest(lab.folder), basis)

    return write


def test_a_receipt_of_every_solution_is_fresh(lab: Lab, prove: Prove) -> None:
    prove()

    found = standing_of(lab)

    assert found.problems == ()
    assert found.counts["runs"] == found.counts["solutions"] == len(load_solutions(lab))
    assert (found.counts["wrong"], found.counts["least_runs"]) == (0, 1)


def test_a_missing_receipt_fails(lab: Lab) -> None:
    (problem,) = standing_of(lab).problems

    assert "no receipt" in problem
    assert f"judge verify {lab.slug}" in problem


def test_a_changed_lab_makes_it_stale(lab: Lab, prove: Prove) -> None:
    prove()

    with (lab.folder / "scenario.toml").open("a") as scenario:
        scenario.write("\n")

    (problem,) = standing_of(load_lab(lab.folder)).problems
    assert "stale: the lab" in problem


@pytest.mark.parametrize(
    ("part", "said"),
    [("engine", "stale: the engine"), ("kafka", "stale: Kafka"), ("client", "the Kafka client")],
)
def test_another_engine_kafka_or_client_makes_it_stale(
    lab: Lab, prove: Prove, part: str, said: str
) -> None:
    prove(basis=replace(NOW, **{part: "another"}))

    (problem,) = standing_of(lab).problems

    assert said in problem


def test_a_solution_that_was_never_run_fails(lab: Lab, prove: Prove) -> None:
    prove(without="reference")

    problems = standing_of(lab).problems

    assert any("reference has no verdict for stage fix" in problem for problem in problems)


def test_a_solution_that_reached_no_verdict_fails(lab: Lab, prove: Prove) -> None:
    prove(unclear="reference")

    assert any("no verdict for stage fix" in problem for problem in standing_of(lab).problems)


def test_an_inconclusive_run_beside_a_verdict_is_counted_and_no_problem(
    lab: Lab, prove: Prove
) -> None:
    prove()
    prove(unclear="reference", machine="load")

    found = standing_of(lab)

    assert found.problems == ()
    assert found.counts["load"]["reasons"] == {"machine-starved": 1}
    assert found.counts["idle"]["inconclusive"] == 0


def test_a_wrong_verdict_fails_whatever_came_after(lab: Lab, prove: Prove) -> None:
    prove(wrong="reference")
    prove()

    problems = standing_of(lab).problems

    assert any("reference, stage fix, was judged FAIL duplicate" in each for each in problems)
    assert any("seeds 42" in each for each in problems)


def test_runs_on_an_earlier_engine_count_and_prove_nothing_now(lab: Lab, prove: Prove) -> None:
    prove(basis=replace(NOW, engine="earlier"))
    prove(basis=replace(NOW, engine="earlier"))
    prove(without="reference")

    found = standing_of(lab)

    assert found.counts["runs"] == 3 * len(load_solutions(lab)) - 1
    assert [each for each in found.problems if "reference" in each] == list(found.problems) != []


def test_the_command_fails_and_names_each_lab(
    lab: Lab, prove: Prove, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["verify", "--check", str(lab.folder)]) == 1
    assert f"FAIL  {lab.slug}" in capsys.readouterr().out

    prove()

    assert main(["verify", "--check", "--json", str(lab.folder)]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["ok"], printed["labs"][0]["lab"], printed["wrong"]) == (True, lab.slug, 0)


def test_a_broken_receipt_fails_as_well(lab: Lab) -> None:
    receipt_path(lab.folder).parent.mkdir()
    receipt_path(lab.folder).write_text("<<<<<<< HEAD\n")

    (problem,) = standing_of(lab).problems

    assert "Remove it" in problem


def test_a_run_during_which_the_lab_changed_is_not_written(lab: Lab) -> None:
    book = Book("idle", [lab])
    assert book.write(lab, "reference", 1, {"fix": "PASS"}, {"fix": "PASS"})

    (lab.folder / "scenario.toml").write_text("")

    assert not book.write(lab, "reference", 1, {"fix": "PASS"}, {"fix": "PASS"})
    assert standing_of(lab).counts["runs"] == 1


def test_only_what_a_receipt_lacks_is_run(lab: Lab, prove: Prove) -> None:
    names = [solution.name for solution in load_solutions(lab)]
    prove(unclear="starter")
    prove(without="reference", machine="load")

    asked = [solution.name for _lab, solution in _rounds([lab], None, repeat=1, at_least=2)]

    assert asked == ["reference", "starter"]
    assert [s.name for _lab, s in _rounds([lab], None, repeat=2, at_least=0)] == names * 2
    assert _rounds([lab], None, repeat=1, at_least=1) == []


def test_all_is_run_that_a_changed_engine_has_made_stale(lab: Lab, prove: Prove) -> None:
    prove(basis=replace(NOW, engine="earlier"))

    asked = _rounds([lab], None, repeat=1, at_least=1)

    assert [solution for _lab, solution in asked] == load_solutions(lab)


def test_a_fresh_lab_is_sampled_and_a_stale_one_is_run_whole(lab: Lab, prove: Prove) -> None:
    assert chosen(lab, "today") == load_solutions(lab)

    prove()

    assert len(chosen(lab, "today")) == SAMPLE


def test_a_sample_is_the_same_for_the_same_seed_and_reaches_all(lab: Lab) -> None:
    solutions = load_solutions(lab)

    assert sampled(solutions, "a") == sampled(solutions, "a")
    reached = {each.name for day in range(200) for each in sampled(solutions, str(day))}
    assert reached == {each.name for each in solutions}
