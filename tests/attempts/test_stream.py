"""The stream in Redis: in order, bounded, and no harm to a run when Redis is away."""

import pytest

from attempts.stream import KEPT_EVENTS, EventWriter, read_events, stream_key
from judge.events import Event
from site_redis import Redis


@pytest.fixture
def redis_server(tmp_path, settings):
    """A running Redis that the site uses."""
    server = Redis(tmp_path)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.stop()


def printed(text, t_ms, stream="stdout"):
    return Event("output", t_ms, {"stream": stream, "text": text})


def test_it_gives_back_what_was_written_in_order(redis_server):
    writer = EventWriter("abc", 2)
    for number in range(3):
        writer.write(Event("timeline", float(number), {"text": str(number)}))
    writer.close()

    entries = read_events("abc")

    assert [entry.data["text"] for entry in entries] == ["0", "1", "2"]
    assert {entry.epoch for entry in entries} == {2}


def test_it_gives_only_what_comes_after_an_id(redis_server):
    writer = EventWriter("abc", 1)
    writer.write(Event("timeline", 1.0, {"text": "a"}))
    first = read_events("abc")[0].id
    writer.write(Event("timeline", 2.0, {"text": "b"}))

    assert [entry.data["text"] for entry in read_events("abc", first)] == ["b"]


def test_it_joins_lines_that_are_printed_close_together(redis_server):
    writer = EventWriter("abc", 1)
    for number in range(50):
        writer.write(printed(f"line {number}", number * 1.0))
    writer.write(printed("oops", 60.0, "stderr"))
    writer.close()

    entries = read_events("abc")

    assert len(entries) == 2
    assert entries[0].data["text"].split("\n")[-1] == "line 49"
    assert entries[1].data == {"stream": "stderr", "text": "oops"}


def test_it_keeps_lines_and_other_events_in_order(redis_server):
    writer = EventWriter("abc", 1)
    writer.write(printed("before", 1.0))
    writer.write(Event("timeline", 2.0, {"text": "between"}))
    writer.write(printed("after", 3.0))
    writer.close()

    assert [entry.kind for entry in read_events("abc")] == ["output", "timeline", "output"]


def test_it_does_not_let_endless_printing_push_out_the_rest(redis_server):
    writer = EventWriter("abc", 1)
    writer.write(Event("stage", 0.0, {"stage": "workload"}))
    for number in range(3000):
        writer.write(printed("x" * 1000, number * 200.0))
    writer.close()

    entries = read_events("abc", most=KEPT_EVENTS)

    assert entries[0].kind == "stage"
    assert entries[-1].data["text"].endswith("(more was printed; it is not shown)")


def test_it_harms_no_run_when_redis_is_away_and_loses_nothing(redis_server, monkeypatch):
    monkeypatch.setattr("attempts.stream.TRY_AGAIN_AFTER_S", 0)
    writer = EventWriter("abc", 1)
    redis_server.stop()
    writer.write(Event("timeline", 1.0, {"text": "a"}))
    writer.write(Event("timeline", 2.0, {"text": "b"}))
    redis_server.start()

    writer.close()

    assert [entry.data["text"] for entry in read_events("abc")] == ["a", "b"]


def test_it_keeps_an_event_once_that_was_sent_again(redis_server):
    writer = EventWriter("abc", 1)
    send = writer._client.xadd

    def send_twice(*words, **options):  # as the client does when an answer is lost
        send(*words, **options)
        return send(*words, **options)

    writer._client.xadd = send_twice
    for text in ("a", "b"):
        writer.write(Event("timeline", 1.0, {"text": text}))
    writer.close()

    assert [entry.data["text"] for entry in read_events("abc")] == ["a", "b"]


def test_it_keeps_nothing_of_a_worker_that_was_superseded(redis_server):
    old, new = EventWriter("abc", 1), EventWriter("abc", 2)
    old.write(Event("timeline", 1.0, {"text": "old"}))
    new.write(Event("timeline", 1.0, {"text": "new"}))

    old.write(Event("timeline", 2.0, {"text": "too late"}))

    assert [entry.data["text"] for entry in read_events("abc")] == ["old", "new"]


def test_it_reads_nothing_while_redis_is_away(settings):
    settings.REDIS_URL = "unix:///nowhere/r.sock"

    assert read_events("abc") == []


def test_it_names_streams_so_that_a_new_database_meets_no_old_ones():
    assert stream_key("4f2a") != stream_key("4f2b")
