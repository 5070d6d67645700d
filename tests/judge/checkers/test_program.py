"""The program's own failures: its file, a crash, a limit, silence."""

from __future__ import annotations

import pytest

from histories.copying import processed
from histories.words import (
    accepted,
    acknowledged,
    canary_acknowledged,
    cut_short,
    ended,
    handed,
    history,
    refused,
    sound_run,
)
from judge.checkers import program
from judge.history import Op
from judge.indexing import index_history

TRACEBACK = """Traceback (most recent call last):
  File "/work/producer.py", line 12, in <module>
    main()
  File "/work/producer.py", line 9, in main
    raise RuntimeError("no brokers")
RuntimeError: no brokers
"""
SYNTAX = """  File "/work/producer.py", line 3
    def main(
            ^
SyntaxError: '(' was never closed
"""


def check(*parts, **terms):
    return program.check(index_history(history(*parts, **terms)))


def expecting(what, *parts):
    """The check where the lab says what the orders call for."""
    return program.check(index_history(history(*parts)), expects=what)


def cause(result):
    assert (result.kept is False) == bool(result.anomalies)
    return [anomaly.cause for anomaly in result.anomalies]


def test_it_keeps_the_promise_of_a_program_that_answers_and_ends():
    result = check(sound_run(), handed("o1"), accepted("o1"))

    assert (result.kept, result.summary) == (True, "it answered and ended by itself")
    assert check(handed("o1"), accepted("o1"), ended()).kept is True


def test_it_keeps_it_when_the_program_was_ended_because_the_run_was_over():
    run = [op for op in sound_run() if op.f != "exit"]

    assert check(run, handed("o1"), refused("o1"), ended("killed-by-us", None)).kept is True


def test_it_names_a_compile_error_by_its_first_problem():
    problems = "\n".join(f"Main.java:{line}: no such thing" for line in range(3, 90))

    result = check(ended("compile-error", None, at=0, stderr_tail=problems))

    assert cause(result) == ["compile-error"]
    (evidence,) = result.anomalies[0].evidence
    assert "Main.java:3: no such thing" in evidence.what
    assert evidence.detail["stderr_tail"] == problems[:600]
    assert result.anomalies[0].count == 1


def test_it_cuts_a_long_problem_short():
    problem = "Main.java:3: ".ljust(500, "x")
    wrong = "SyntaxError: ".ljust(500, "x")

    assert check(ended("compile-error", None, stderr_tail=problem)).summary == (
        f"the program does not compile: {problem[:200]}"
    )
    assert check(ended(code=1, stderr_tail=wrong)).summary == (
        f"Python could not read the program: {wrong[:200]}"
    )


@pytest.mark.parametrize("error", ["SyntaxError", "IndentationError", "TabError"])
def test_it_names_a_syntax_error_with_file_and_line(error):
    tail = SYNTAX.replace("SyntaxError", error)

    result = check(ended(code=1, at=80, stderr_tail=tail))

    assert cause(result) == ["syntax-error"]
    (evidence,) = result.anomalies[0].evidence
    assert evidence.what == (
        f"Python could not read the program: {error}: '(' was never closed in producer.py, line 3"
    )
    assert evidence.t_ms == 80


def test_it_names_a_crash_with_its_last_line():
    result = check(handed("o1"), accepted("o1"), ended(code=1, stderr_tail=TRACEBACK))

    assert cause(result) == ["crashed"]
    assert result.anomalies[0].evidence[0].what == (
        "the program crashed at 8.000 s (exit code 1) in producer.py, line 9"
    )


def test_it_shows_what_a_program_said_under_either_name_and_no_word_where_it_said_nothing():
    spoken = [*handed("o1"), *accepted("o1")]

    said = check(spoken, ended(code=1, stderr="boom")).anomalies[0].evidence[0].detail
    silent = check(spoken, ended(code=1)).anomalies[0].evidence[0].detail

    assert said == {"reason": "exited", "code": 1, "stderr_tail": "boom"}
    assert silent == {"reason": "exited", "code": 1}


def test_it_makes_do_with_an_end_that_nobody_explains():
    unexplained = [Op(8000, "program", "info", "exit")]

    result = check(handed("o1"), unexplained)

    assert cause(result) == ["no-answers"]
    assert result.anomalies[0].evidence[0].detail == {}
    assert check(handed("o1"), accepted("o1"), unexplained).kept is True


def test_it_takes_a_code_for_a_crash_only_where_the_program_ended_by_itself():
    assert check(handed("o1"), accepted("o1"), ended("killed-by-us", 137)).kept is True


def test_it_calls_it_a_crash_when_a_program_that_answered_prints_a_syntax_error():
    result = check(handed("o1"), accepted("o1"), ended(code=1, stderr_tail=SYNTAX))

    assert cause(result) == ["crashed"]


def test_it_names_the_signal_of_a_program_that_was_killed_from_inside():
    result = check(handed("o1"), accepted("o1"), ended(code=None, signal=11))

    assert cause(result) == ["crashed"]
    assert "signal 11" in result.summary


@pytest.mark.parametrize("limit", ["memory", "output", "wall-clock"])
def test_it_names_the_limit_that_the_program_met(limit):
    result = check(handed("o1"), accepted("o1"), ended(limit, None, stderr_tail=TRACEBACK))

    assert cause(result) == [limit]
    # Where the program stood when it was stopped is no mistake in that line.
    assert result.anomalies[0].evidence[0].what == result.summary


@pytest.mark.parametrize(("signal", "limit"), [(24, "wall-clock"), (25, "output")])
def test_it_takes_the_kernels_limit_signals_for_limits(signal, limit):
    assert cause(check(handed("o1"), ended(code=None, signal=signal))) == [limit]


def test_it_names_an_empty_file_before_all_else():
    assert cause(check(ended(at=60), entry_bytes=0)) == ["empty"]


def test_it_names_topic_settings_that_kafka_refuses():
    result = check(ended("topic-settings-refused", None, message="Unknown topic config name: acks"))

    assert cause(result) == ["topic-settings-refused"]
    assert "Unknown topic config name: acks" in result.summary
    assert check(ended("topic-settings-refused", None)).summary == (
        "Kafka refused the topic's settings: "
    )


def test_it_fails_a_program_that_answers_nothing():
    result = check(handed("o1", "o2"), ended("killed-by-us", None))

    assert cause(result) == ["no-answers"]
    assert result.summary == "the program answered none of 2 orders"


def test_it_fails_a_program_that_ends_before_its_first_order():
    result = check(ended(at=90))

    assert cause(result) == ["no-answers"]
    assert result.summary == "the program ended at 0.090 s, before its first order"


def test_it_fails_a_program_that_ends_with_orders_open():
    some = [*sound_run(), *handed("o1", "o2", "o3"), *accepted("o1")]

    assert cause(check(some)) == ["no-answers"]


def test_it_fails_a_program_that_ends_while_orders_are_still_to_come():
    result = check(handed("o1"), accepted("o1"), ended(at=500), cut_short())

    assert cause(result) == ["no-answers"]
    assert result.summary == "the program ended at 0.500 s, while orders were still to come"


def test_it_fails_a_program_that_ends_between_the_fault_and_the_recovery():
    run = [op for op in sound_run() if op.f != "exit"]

    assert cause(check(run, handed("o1"), accepted("o1"), ended(at=2999))) == ["no-answers"]
    assert check(run, handed("o1"), accepted("o1"), ended(at=3000)).kept is True


def test_it_does_not_blame_a_program_that_we_ended_because_the_scenario_gave_up():
    ours = [*ended("killed-by-us", None, at=500), *cut_short("program-silent")]

    assert check(handed("o1"), accepted("o1"), ours).kept is True


def test_it_leaves_a_live_program_with_some_orders_open_to_availability():
    result = check(handed("o1", "o2"), accepted("o1"), ended("killed-by-us", None))

    assert result.kept is True


def test_it_cannot_tell_when_the_end_of_the_program_was_not_seen():
    assert check(handed("o1"), accepted("o1")).kept is None


def test_it_shows_a_bounded_tail_of_the_programs_last_words():
    result = check(ended(code=1, stderr_tail="x" * 5000 + TRACEBACK))

    said = "x" * 5000 + TRACEBACK
    assert result.anomalies[0].evidence[0].detail["stderr_tail"] == said[-600:]


@pytest.mark.parametrize(("open_orders", "kept"), [(("o2",), None), ((), False)])
def test_it_excuses_a_late_end_only_while_a_slow_cluster_keeps_orders_open(open_orders, kept):
    run = [op for op in sound_run() if op.f != "exit"]
    fits = canary_acknowledged(3100, 3110, 3700, 3710, 4300, 4310, 4900)
    slow = acknowledged("o1", by=3, at=6000, sent=3300)

    result = check(
        run,
        fits,
        slow,
        handed("o1", *open_orders, at=5000),
        accepted("o1", at=6001),
        ended("wall-clock", None, at=20000),
    )

    assert result.kept is kept


@pytest.mark.parametrize(("answered", "kept"), [(19, True), (18, False)])
def test_it_tolerates_one_order_in_twenty_left_open_at_the_end(answered, kept):
    ids = [f"o{number}" for number in range(20)]

    result = check(sound_run(), handed(*ids), accepted(*ids[:answered]))

    assert result.kept is kept


FITS = canary_acknowledged(3100, 3110, 3700, 3710, 4300, 4310, 4900)
STEADY = canary_acknowledged(*range(3100, 5100, 20))
SLOW = acknowledged("o1", by=3, at=6000, sent=3300)
HALF = [*handed("o1", "o2", at=5000), *accepted("o1", at=6001)]
LATE = ended("wall-clock", None, at=20_000)


def test_it_excuses_no_late_end_on_a_steady_cluster_or_on_one_without_a_fault():
    run = [op for op in sound_run() if op.f != "exit"]

    assert cause(check(run, STEADY, SLOW, HALF, LATE)) == ["wall-clock"]
    assert cause(check(FITS, SLOW, HALF, LATE)) == ["wall-clock"]


def test_it_excuses_no_crash_by_a_slow_cluster():
    run = [op for op in sound_run() if op.f != "exit"]

    assert cause(check(run, FITS, SLOW, HALF, ended(code=1, at=20_000))) == ["crashed"]


def test_it_asks_nothing_of_a_lab_that_runs_no_program():
    result = expecting("no_program", handed("o1"))

    assert (result.kept, result.summary) == (True, "the lab runs no program of the learner's")


def test_it_fails_a_program_that_processes_none_of_its_orders():
    result = expecting("processing", handed("o1"), ended("killed-by-us", None))

    assert cause(result) == ["no-answers"]
    assert result.summary == "the program processed none of 1 order"


@pytest.mark.parametrize(
    ("what", "parts"),
    [
        ("processing", [handed("o1"), processed("o1")]),
        ("processing", []),
        ("nothing", [handed("o1")]),
        ("runbook", [handed("o1")]),
    ],
    ids=["it did something", "it got nothing", "it need tell nothing", "it runs commands"],
)
def test_it_asks_for_no_deed_where_there_was_one_or_none_to_do(what, parts):
    result = expecting(what, *parts, ended("killed-by-us", None))

    assert (result.kept, result.summary) == (True, "it ran as it should")


@pytest.mark.parametrize(
    ("what", "end", "kept"),
    [
        ("processing", [*ended(at=500), *cut_short()], False),
        ("nothing", [*ended(at=500), *cut_short()], False),
        ("runbook", [*ended(at=500), *cut_short()], True),
        ("processing", ended(at=8000), True),
        ("processing", [*ended("killed-by-us", None), *cut_short("program-silent")], True),
        ("processing", [Op(500, "program", "info", "exit"), *cut_short()], True),
    ],
    ids=["reader", "untold", "runbook", "not missed", "ended by us", "unexplained"],
)
def test_it_fails_a_reader_that_ends_by_itself_while_it_is_needed(what, end, kept):
    result = expecting(what, handed("o1"), processed("o1"), end)

    assert result.kept is kept
    assert kept or cause(result) == ["ended-early"]
