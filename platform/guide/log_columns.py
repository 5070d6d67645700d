"""Draws the logs of one partition: a column for each broker, growing upward from one base line.

The column shows only the offsets around the pivot: the first lost one, or else the high
watermark. Everything below is "…", since a drawing of 886 cells would say no more.
"""

from __future__ import annotations

from dataclasses import dataclass

CELL_PX = 22
BASE_Y = 240
COLUMN_PX = 100
BELOW = 2  # cells between "…" and the pivot
ABOVE = 3  # cells from the pivot up, the last of which names the end


@dataclass(frozen=True, slots=True)
class Moment:
    """What the logs hold at one moment; ends are the next offset, as Kafka counts."""

    title: str
    high_watermark: int
    leader: int
    epoch: int
    log_end: dict[int, int]
    isr: tuple[int, ...] = ()
    dead: tuple[int, ...] = ()
    acknowledged_to: int = 0
    lost: tuple[int, ...] = ()

    @property
    def brokers(self) -> list[int]:
        """Those with a log, and the dead."""
        return sorted({*self.log_end, *self.dead})

    @property
    def pivot(self) -> int:
        """The offset around which the drawing is made."""
        return self.lost[0] if self.lost else self.high_watermark

    def role(self, broker: int) -> str:
        """What the broker is at that moment, as the label under its column."""
        if broker in self.dead:
            return "dead"
        if broker == self.leader:
            return f"leader, epoch {self.epoch}"
        if self.isr and broker not in self.isr:
            return "out of ISR"
        return "follower"


@dataclass(frozen=True, slots=True)
class Cell:
    """One box of a column: `kind` is its look, `text` the offset in it."""

    y: int
    kind: str
    text: str

    @property
    def text_y(self) -> float:
        """Where the text's base line is."""
        return self.y + 14.5


@dataclass(frozen=True, slots=True)
class Column:
    """One broker's log, ready to be drawn. `ends` says the same in a table."""

    broker: int
    role: str
    x: int
    cells: tuple[Cell, ...]
    ends: str
    is_dead: bool

    @property
    def middle(self) -> int:
        """The column's axis."""
        return self.x + 37


@dataclass(frozen=True, slots=True)
class Drawing:
    """A moment as columns, with the watermark's height and the frame that holds it all."""

    moment: Moment
    columns: tuple[Column, ...]
    watermark_y: int
    view_box: str

    @property
    def right(self) -> int:
        """Where the watermark's line ends."""
        return COLUMN_PX * len(self.columns) + 18

    @property
    def watermark(self) -> str:
        """The high watermark as people write it."""
        return f"{self.moment.high_watermark:,}"

    @property
    def says(self) -> str:
        """The drawing in words, for those who cannot see it."""
        logs = "; ".join(f"broker {c.broker}, {c.role}: {c.ends}" for c in self.columns)
        return f"{self.moment.title}. High watermark {self.moment.high_watermark:,}. {logs}."


def draw(moment: Moment) -> Drawing:
    """The moment's drawing. Pure: the same moment gives the same drawing."""
    columns = tuple(_column(moment, place, broker) for place, broker in enumerate(moment.brokers))
    top = min(cell.y for column in columns for cell in column.cells)
    watermark_y = BASE_Y - CELL_PX * _height(moment, moment.high_watermark) - 1
    top = min(top, watermark_y)
    width = COLUMN_PX * len(columns) + 30
    # 26 px above hold the watermark's label, 42 px below the base the two lines of labels.
    view_box = f"0 {top - 26} {width} {BASE_Y + 42 - (top - 26)}"
    return Drawing(moment, columns, watermark_y, view_box)


def _height(moment: Moment, end: int) -> int:
    """How many cells a log up to `end` shows, the "…" at its foot included."""
    if end < moment.pivot:
        return max(1, 1 + BELOW - (moment.pivot - end))
    return 1 + BELOW + min(ABOVE, end - moment.pivot)


def _column(moment: Moment, place: int, broker: int) -> Column:
    end = moment.log_end.get(broker)
    shown_end = end if end is not None else max((moment.pivot, *moment.lost[1:]))
    cells = [Cell(BASE_Y - CELL_PX, _kind(moment, broker, None), "…")]
    for number, (offset, text) in enumerate(_offsets(moment, shown_end), start=2):
        cells.append(Cell(BASE_Y - CELL_PX * number, _kind(moment, broker, offset), text))
    return Column(
        broker=broker,
        role=moment.role(broker),
        x=30 + COLUMN_PX * place,
        cells=tuple(cells),
        ends=_ends(moment, broker, end),
        is_dead=broker in moment.dead,
    )


def _offsets(moment: Moment, end: int) -> list[tuple[int, str]]:
    pivot = moment.pivot
    below = [n for n in range(pivot - BELOW, pivot) if 0 <= n < end]
    count = max(0, end - pivot)
    above = [(n, f"{n:,}") for n in range(pivot, pivot + min(count, ABOVE))]
    if count > ABOVE:
        above[-1] = (end - 1, f"… {end - 1:,}")
    return [(n, f"{n:,}") for n in below] + above


def _kind(moment: Moment, broker: int, offset: int | None) -> str:
    """lost, gone, new, solo, pending, leader, out or follower: the look of one cell."""
    own = "leader" if broker == moment.leader else "follower"
    if moment.role(broker) == "out of ISR":
        own = "out"
    if broker in moment.dead:
        lost = moment.lost and offset is not None and moment.lost[0] <= offset < moment.lost[1]
        return "lost" if lost else "gone"
    if offset is None:
        return own
    if moment.lost and offset >= moment.lost[0]:
        return f"new {own}"
    if offset >= moment.high_watermark:
        return "solo" if offset < moment.acknowledged_to else "pending"
    return own


def _ends(moment: Moment, broker: int, end: int | None) -> str:
    if end is None:
        first, last = moment.lost or (0, 0)
        return f"gone with its disk, {first:,}–{last - 1:,} among it" if moment.lost else "gone"
    return f"0–{end - 1:,}" if end else "empty"
