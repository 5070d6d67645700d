"""Generates runs in which nothing goes wrong: whatever is found in one is a false alarm.

Two kinds of run. In one a program sends orders: brokers refuse, fall silent and fail over, and an
idempotent producer retries in place. In the other it reads a topic that we fill: it ends, is
paused and gives partitions away, always after it has committed what it processed, and never
before. Both have several partitions and keys that stay on theirs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from histories import words
from histories.consuming import broke, committed, coordinator_says, paused, processed
from judge.history import Op

SENT = ("acknowledged", "retried", "refused first", "answer lost", "refused")
"""What becomes of a batch; each but the last two ends acknowledged, once and in place."""

DEEDS = ("process", "commit", "crash", "pause", "move")
PROMISES = ("lost_writes", "duplicates", "reordering", "phantom", "inconsistent_offsets")
READING = ("unseen", "reprocessed", "commit_ahead", "duplicates", "reordering", "phantom")


@dataclass(slots=True)
class Run:
    """The operations of one clean run, and where a test may plant something."""

    ops: list[Op] = field(default_factory=list, repr=False)
    ends: dict[int, int] = field(default_factory=dict)
    now_ms: float = 100.0
    orders: int = 0
    promises: tuple[str, ...] = PROMISES

    def tick(self, by_ms: float = 7.0) -> float:
        """The next moment."""
        self.now_ms += by_ms
        return self.now_ms

    def hand(self, partition: int, size: int) -> list[str]:
        """Hand out so many orders of the partition's keys, one after the other."""
        ids = []
        for number in range(size):
            ids.append(f"o{self.orders:04d}")
            self.orders += 1
            key = f"key-{partition}-{number % 2}"
            self.ops += words.handed(ids[-1], at=self.tick(1.0), key=key)
        return ids

    def store(self, ids: list[str], partition: int, on: tuple[int, ...] = (1, 3)) -> int:
        """Put a batch at the end of the partition: into the logs and before the reader."""
        offset = self.ends.get(partition, 0)
        self.ends[partition] = offset + len(ids)
        epoch = 4 if on == (1, 2, 3) else 5
        self.place(partition, words.stored(*ids, on=on, offset=offset, epoch=epoch))
        self.place(partition, words.read(*ids, offset=offset))
        return offset

    def place(self, partition: int, ops: list[Op]) -> None:
        """Note operations of one partition."""
        self.ops += words.on_partition(partition, ops)

    def history(self) -> list[Op]:
        """The whole history: gates hold, every partition is led and read to its end."""
        rest: list[Op] = []
        for partition, end in self.ends.items():
            if partition:
                led = [*words.led_by(2, at=0), *words.led_by(3, (1, 3), at=3000)]
                rest += words.on_partition(partition, led)
            rest += words.on_partition(partition, words.read(end=end))
        rest += words.ended(at=max(self.now_ms + 100, 8000))
        sound = [op for op in words.sound_run() if op.f != "exit"]
        reading = self.promises == READING
        options = {"program": {"expects": "processing"}} if reading else {}
        return words.history(sound, rest, self.ops, promises=self.promises, options=options)


def sending(batches: list[tuple[int, int, str]], partitions: int) -> Run:
    """A run of a careful producer: (partition, size, what becomes of it) for each batch."""
    run = Run(ends=dict.fromkeys(range(partitions), 0))
    for number, (partition, size, fate) in enumerate(batches):
        failed_over = number >= len(batches) // 2
        if failed_over and run.now_ms < 3100:
            run.now_ms = 3100.0
        by, on = (3, (1, 3)) if failed_over else (2, (1, 2, 3))
        partition %= partitions
        ids = run.hand(partition, size)
        _send(run, ids, partition, fate, by, on)
    for _ in range(24):
        # After the recovery orders are taken again: availability has something to judge by.
        run.now_ms = max(run.now_ms, 3600.0)
        _send(run, run.hand(0, 1), 0, "acknowledged", 3, (1, 3))
    return run


def _send(
    run: Run, ids: list[str], partition: int, fate: str, by: int, on: tuple[int, ...]
) -> None:
    if fate == "refused":
        run.place(partition, words.turned_away(*ids, by=by, at=run.tick()))
        run.ops += words.refused(*ids, at=run.tick())
        return
    if fate == "refused first":
        run.place(partition, words.turned_away(*ids, by=by, at=run.tick()))
    offset = run.store(ids, partition, on)
    if fate in ("retried", "answer lost"):
        run.place(partition, words.unanswered(*ids, by=by, at=run.tick()))
    if fate == "answer lost":
        run.ops += words.refused(*ids, at=run.tick())
        return
    # The broker knows the sequence of a retry and answers with the place of the first copy.
    run.place(partition, words.acknowledged(*ids, by=by, offset=offset, at=run.tick()))
    run.ops += words.accepted(*ids, at=run.tick())


def reading(
    records: list[tuple[int, int]], deeds: list[tuple[str, int, int]], partitions: int
) -> Run:
    """A run of a careful consumer: batches of our own, then (deed, partition, how many)."""
    run = Run(ends=dict.fromkeys(range(partitions), 0), promises=READING)
    there: dict[int, list[str]] = {part: [] for part in range(partitions)}
    done = dict.fromkeys(range(partitions), 0)
    owner = dict.fromkeys(range(partitions), "one")
    for partition, size in records:
        partition %= partitions
        ids = run.hand(partition, size)
        run.store(ids, partition)
        there[partition] += ids
    for deed, partition, count in [*deeds, *(("process", p, 99) for p in range(partitions))]:
        partition %= partitions
        if deed == "process":
            for order_id in there[partition][done[partition] : done[partition] + count]:
                run.ops += processed(order_id, at=run.tick(), by=owner[partition])
                done[partition] += 1
            continue
        yours = [part for part in owner if owner[part] == owner[partition]]
        for part in [partition] if deed in ("commit", "move") else yours:
            run.ops += committed(done[part], at=run.tick(600), partition=part)
            run.ops += coordinator_says(done[part], at=run.tick(150), partition=part)
        if deed == "crash":
            run.ops += broke(at=run.tick(), by=owner[partition])
        elif deed == "pause":
            run.ops += paused(at=run.tick(), by=owner[partition])
        if deed in ("pause", "move"):
            owner[partition] = "two" if owner[partition] == "one" else "one"
    return run


PARTITIONS = st.integers(1, 3)
SIZES = st.integers(1, 4)
SENDING = st.builds(
    sending,
    st.lists(st.tuples(st.integers(0, 2), SIZES, st.sampled_from(SENT)), max_size=8),
    PARTITIONS,
)
CONSUMING = st.builds(
    reading,
    st.lists(st.tuples(st.integers(0, 2), SIZES), min_size=1, max_size=6),
    st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 2), st.integers(1, 5)), max_size=8),
    PARTITIONS,
)
RUNS = st.one_of(SENDING, CONSUMING)
"""Clean runs of either kind."""
