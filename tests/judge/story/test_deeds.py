"""The life of a record that a program was to process: stored, processed, committed beyond."""

from __future__ import annotations

from histories.consuming import broke, committed, processed
from histories.copying import put, written
from histories.words import healthy, history, read
from judge.history import Op
from judge.story import tell

TOPICS = {"input_topic": "orders-in", "promises": ("unseen", "reprocessed")}


def life(*parts, **terms):
    return tell(history(healthy(), put("o1", "o2"), *parts, **{**TOPICS, **terms})).lives[0]


def whats(found) -> list[str]:
    return [step.what for step in found.steps if step.source != "reader"]


def beyond(offset: int, at: float) -> list[Op]:
    (op,) = committed(offset, at)
    return [Op(op.t_ms, op.source, op.type, op.f, id=op.id, topic="orders-in", partition=0,
               offset=offset)]  # fmt: skip


def test_it_tells_when_a_record_was_stored_processed_and_committed_beyond():
    found = life(processed("o1", at=300), beyond(1, at=400), broke(at=500))

    assert (found.id, found.fate) == ("o1", "processed")
    assert whats(found) == ["handed", "put", "processed", "committed"]
    assert found.steps[1].note == "orders-in-0, offset 0"
    assert found.steps[3].text == "group billing commits offset 1"


def test_it_tells_that_a_record_was_processed_again_by_another_program():
    again = processed("o1", at=600, by="second")

    found = life(processed("o1", at=300), broke(at=500), again)

    assert found.fate == "processed-twice"
    assert [step.text for step in found.steps if step.what == "processed"] == [
        "processed by worker",
        "processed again by second",
    ]


def test_it_tells_that_a_record_was_committed_beyond_and_never_processed():
    report = {"anomalies": [{"evidence": [{"id": "o1"}]}]}
    ops = history(healthy(), put("o1"), beyond(1, at=200), broke(at=300), **TOPICS)

    (found,) = tell(ops, report).lives

    assert found.fate == "never-processed"
    assert whats(found) == ["handed", "put", "committed"]


def test_it_chooses_the_record_that_was_processed_last_before_the_program_broke():
    rest = processed("o2", at=700)

    assert life(processed("o1", at=300), broke(at=500), rest).id == "o1"


def test_it_tells_nothing_of_processing_where_nobody_was_to_process():
    report = {"anomalies": [{"evidence": [{"id": "o1"}]}]}
    terms = {"promises": ("stored_writes",)}

    (found,) = tell(
        history(healthy(), put("o1"), written("o1", offset=0), read("o1"), **terms), report
    ).lives

    assert found.fate == "readable"
