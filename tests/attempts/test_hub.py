"""The hub: one reader for many pages, merged frames, an end when the attempt is over."""

import asyncio

import pytest

from attempts import hub as hubs
from attempts.hub import Hub, Watcher, frame_bytes
from attempts.status import Status


class Stream:
    """Stands for Redis: gives each list of rows once, then nothing."""

    def __init__(self, *answers):
        self.answers, self.reads = list(answers), 0

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    async def xread(self, _streams, _count, _block):
        self.reads += 1
        if self.answers:
            return [("key", self.answers.pop(0))]
        await asyncio.sleep(0.01)
        return []


def row(number, kind, epoch=1, data="{}"):
    return (f"{number}-0", {"epoch": str(epoch), "kind": kind, "t_ms": "1.0", "data": data})


@pytest.fixture
def stream(monkeypatch):
    """Puts a stream and a status in place of Redis and the database."""
    monkeypatch.setattr(hubs, "FRAME_EVERY_S", 0)

    def put(*answers, status=Status("running", 1)):  # noqa: B008
        made = Stream(*answers)
        states = status if isinstance(status, list) else [status]

        def read(_attempt_id):
            return states.pop(0) if len(states) > 1 else states[0]

        monkeypatch.setattr(hubs, "_connect", lambda: made)
        monkeypatch.setattr(hubs, "read_status", read)
        monkeypatch.setattr(hubs, "LOOK_EVERY_S", 0)
        return made

    return put


def run(coroutine):
    return asyncio.run(asyncio.wait_for(coroutine, 20))


def test_it_gives_every_part_of_the_page_with_the_first_frame(stream):
    stream([row(1, "stage", data='{"stage": "workload"}')])

    async def watch():
        hub, watcher = Hub.join(1, "abc")
        frame = await watcher.frame()
        hub.leave(watcher)
        return frame

    entry_id, parts, over = run(watch())

    assert entry_id == "1-0"
    assert {"run-title", "run-stages", "run-moments", "run-output"} <= set(parts)
    assert not over


def test_it_reads_once_for_many_pages(stream):
    redis = stream([row(1, "stage", data='{"stage": "workload"}')])

    async def watch():
        joined = [Hub.join(1, "abc") for _ in range(50)]
        frames = [await watcher.frame() for _, watcher in joined]
        assert len({id(hub) for hub, _ in joined}) == 1
        for hub, watcher in joined:
            hub.leave(watcher)
        return frames

    frames = run(watch())

    assert len({tuple(sorted(parts)) for _, parts, _ in frames}) == 1
    assert redis.reads < 50


def test_it_catches_a_late_page_up_with_one_frame(stream):
    stream(
        [row(1, "timeline", data='{"what": "note", "text": "first"}')],
        [row(2, "timeline", data='{"what": "note", "text": "second"}')],
    )

    async def watch():
        hub, early = Hub.join(1, "abc")
        while "second" not in (await early.frame())[1].get("run-moments", ""):
            pass
        _, late = Hub.join(1, "abc")
        frame = await late.frame()
        hub.leave(early)
        hub.leave(late)
        return frame

    _, parts, _ = run(watch())

    assert parts["run-moments"].count("first") == 1
    assert parts["run-moments"].count("second") == 1


def test_it_ends_when_the_attempt_is_over(stream):
    stream([row(1, "settled")], status=[Status("running", 1), Status("judged", 1)])

    async def watch():
        hub, watcher = Hub.join(1, "abc")
        while not (await watcher.frame())[2]:
            pass
        hub.leave(watcher)

    run(watch())

    assert Hub._open == {}


def test_it_stops_reading_when_nobody_watches(stream):
    stream()

    async def watch():
        hub, watcher = Hub.join(1, "abc")
        task = hub._task
        await watcher.frame()
        hub.leave(watcher)
        await asyncio.gather(task, return_exceptions=True)
        return task

    assert run(watch()).cancelled()
    assert Hub._open == {}


def test_it_merges_what_a_slow_page_has_not_taken():
    async def slow():
        watcher = Watcher()
        watcher.put("1-0", {"a": "old", "b": "1"}, over=False)
        watcher.put("2-0", {"a": "new"}, over=False)
        return await watcher.frame()

    assert run(slow()) == ("2-0", {"a": "new", "b": "1"}, False)


def test_it_goes_on_after_an_event_that_cannot_be_drawn(stream):
    bad = row(1, "cluster", data='{"brokers": {"x": "up"}, "partitions": []}')
    good = row(2, "cluster", data='{"brokers": {"1": "up"}, "partitions": []}')
    stream([bad], [good])

    async def watch():
        hub, watcher = Hub.join(1, "abc")
        frame = await watcher.frame()
        hub.leave(watcher)
        return frame

    assert run(watch())[0] == "2-0"


def test_it_keeps_a_frame_on_one_line():
    assert frame_bytes("1-0", {"a": "x\ny"}).count(b"\n") == 4
