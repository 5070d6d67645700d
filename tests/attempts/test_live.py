"""The fold: the same events give the same page, whoever died or came late."""

from attempts.live import LiveState
from attempts.sections import draw_sections, headline, stages
from attempts.status import QueuePlace, Status
from attempts.stream import Entry

RUNNING = Status("running", epoch=1)


def entry(number, kind, t_ms=0.0, epoch=1, **data):
    return Entry(f"{number}-0", epoch, kind, t_ms, data)


def folded(*entries):
    live = LiveState()
    for each in entries:
        live.take_entry(each)
    return live


def cluster(number, t_ms, leader, state="up", epoch=4, **more):
    partition = {
        "topic": "orders", "partition": 0, "leader": leader, "isr": [1, 2, 3],
        "replicas": [1, 2, 3], "epoch": epoch, "log_end": {"1": 5, "2": 9, "3": 5},
        "high_watermark": 5,
    }  # fmt: skip
    return entry(
        number, "cluster", t_ms, brokers={"1": "up", "2": state, "3": "up"},
        partitions=[partition], **more,
    )  # fmt: skip


def test_it_begins_anew_when_another_worker_takes_over():
    live = folded(
        entry(1, "timeline", 10.0, what="note", text="of the first"),
        entry(2, "restarted", epoch=2, why="worker-lost"),
        entry(3, "timeline", 20.0, epoch=2, what="note", text="of the second"),
    )

    assert [row["text"] for row in live.moments] == ["of the second"]
    assert live.restarts == 1


def test_it_ignores_a_worker_that_has_lost_its_lease():
    live = folded(
        entry(1, "restarted", epoch=2, why="worker-lost"),
        entry(2, "timeline", 10.0, epoch=1, what="note", text="of the dead"),
    )

    assert not live.moments


def test_it_ignores_kinds_it_does_not_know():
    live = folded(entry(1, "telepathy", 10.0), entry(2, "settled"))

    assert live == folded(entry(1, "telepathy"), entry(2, "settled"))


def test_it_survives_an_event_of_another_shape():
    live = folded(
        entry(1, "output", 1.0, words="no text"),
        entry(2, "counts", 2.0, acknowledged="many"),
        entry(3, "cluster", 3.0, brokers={"x": "dead"}),
        entry(4, "timeline", 4.0, what="note", text="still here"),
    )

    assert [row["text"] for row in live.moments] == ["still here"]


def test_it_bounds_what_a_program_prints():
    live = folded(entry(1, "output", 1.0, stream="stdout", text="x" * 9000 + "\ny\n" * 900))

    assert len(live.output) == 300
    assert max(len(line) for _, _, line in live.output) <= 400


def test_it_says_who_is_dead_and_who_leads():
    dead = folded(cluster(1, 0.0, 2), cluster(2, 3000.0, None, state="dead"))
    led = folded(
        cluster(1, 0.0, 2), cluster(2, 3000.0, None, "dead"), cluster(3, 6000.0, 3, "dead")
    )

    assert headline(dead, RUNNING) == "Running. Broker 2 is dead and nobody leads."
    assert headline(led, RUNNING) == "Running. Broker 2 is dead, broker 3 leads."


def test_it_draws_a_broker_that_was_started_again_as_up():
    live = folded(
        cluster(1, 0.0, 2), cluster(2, 3000.0, None, "dead"), cluster(3, 6000.0, 3, state="up")
    )

    assert live.killed_ms == {}


def test_it_draws_a_killed_broker_dead_before_the_cluster_is_drawn_again():
    live = folded(
        cluster(1, 0.0, 2),
        entry(2, "timeline", 2900.0, what="fault-fired", text="killed", broker=2),
    )

    drawn = draw_sections(live, RUNNING)

    assert headline(live, RUNNING) == "Running. Broker 2 is dead and nobody leads."
    assert drawn["run-cluster"].count('data-state="dead"') == 1
    assert 'data-role="leader"' not in drawn["run-cluster"]
    assert [reign.broker for reign in live.reigns] == [2, None]


def test_it_marks_the_moments_while_a_fault_is_held():
    live = folded(
        entry(1, "timeline", 1.0, what="note", text="before"),
        entry(2, "timeline", 2.0, what="fault-held", text="cut"),
        entry(3, "timeline", 3.0, what="note", text="within"),
        entry(4, "timeline", 4.0, what="fault-healed", text="healed"),
        entry(5, "timeline", 5.0, what="note", text="after"),
    )

    assert [row["held"] for row in live.moments] == [False, True, True, True, False]


def test_it_tells_the_place_in_the_queue():
    waiting = Status("queued", queue=QueuePlace(3, 41.6))

    assert headline(LiveState(), waiting) == "Waiting at place 3, about 42 s."
    assert stages(LiveState(), waiting)[0] == {
        "name": "Queued", "state": "current", "note": "place 3",
    }  # fmt: skip


def test_it_says_when_no_worker_is_up():
    waiting = Status("queued", queue=QueuePlace(1, None))

    assert headline(LiveState(), waiting) == "Waiting for a worker to come up."


def test_a_run_that_waits_for_room_says_for_what_until_it_begins():
    queued = entry(2, "stage", stage="queued", label="The cores are busy")
    held = folded(entry(1, "stage", stage="preparing", label="x"), queued)
    begun = folded(queued, entry(3, "stage", stage="starting", label="It begins"))

    first = stages(held, RUNNING)[0]

    assert first == {"name": "Queued", "state": "current", "note": "The cores are busy"}
    assert stages(begun, RUNNING)[0]["state"] == "done"


def test_it_escapes_everything_that_it_draws():
    evil = "<img src=x onerror=alert(1)>"
    live = folded(
        entry(1, "output", 1.0, stream="stdout", text=evil),
        entry(2, "timeline", 2.0, what="fault-held", text=evil, detail={evil: evil}),
        cluster(3, 3.0, 2),
    )

    drawn = "".join(draw_sections(live, RUNNING).values())

    assert "<img" not in drawn


def test_it_draws_the_same_whether_events_came_one_by_one_or_all_at_once():
    entries = [
        cluster(1, 0.0, 2),
        entry(2, "counts", 250.0, handed=9, accepted=9, refused=0, acknowledged=9),
        entry(3, "timeline", 300.0, what="fault-held", text="cut"),
        cluster(4, 3000.0, None, "dead"),
    ]
    slowly = LiveState()
    for each in entries:
        slowly.take_entry(each)
        draw_sections(slowly, RUNNING)

    assert draw_sections(slowly, RUNNING) == draw_sections(folded(*entries), RUNNING)
