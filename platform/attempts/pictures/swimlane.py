"""What each process saw: lanes for the producer, each broker and the reader against one clock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeString

from attempts.pictures import svg
from attempts.pictures.cells import draw_cells
from attempts.pictures.labels import Labels
from attempts.pictures.story_table import fault_words, story_table

WIDTH, LEFT, RIGHT = 1120, 112.0, 1108.0
ROW, BAR, FIRST_BROKER = 64, 24, 140
LEAST_LABEL_PX = 60
BAND_CSS = {"leader": "r-lead", "follower": "r-follow", "behind": "r-out", "paused": "r-paused"}
BAND_WORDS = {
    "leader": "leader",
    "follower": "follower",
    "behind": "out of the ISR",
    "paused": "paused",
}


class Lane:
    """The geometry of one picture: where a moment is, and where a broker's row is."""

    def __init__(self, story: Mapping[str, Any]) -> None:
        self.story = story
        self.length_s = max(1, math.ceil(story["end_ms"] / 1000))
        self.rows = {row["broker"]: place for place, row in enumerate(story["brokers"])}
        self.bottom = FIRST_BROKER + ROW * len(self.rows)
        self.height = self.bottom + 112

    def at(self, t_ms: float) -> float:
        """The moment's x."""
        share = min(max(t_ms / (self.length_s * 1000), 0.0), 1.0)
        return LEFT + share * (RIGHT - LEFT)

    def row(self, broker: int) -> int:
        """The top of the broker's bar."""
        return FIRST_BROKER + ROW * self.rows[broker]


def draw_swimlane(story: Mapping[str, Any]) -> SafeString:
    """The lanes of a whole run as SVG."""
    lane, top = Lane(story), Labels(34)
    marks = [*_axis(lane), *_held(lane, top), *_frame(lane)]
    marks += draw_cells(story["lanes"], lane.at, 76)
    for row in story["brokers"]:
        marks += _broker(lane, row)
    marks += [*_killed(lane), *_epochs(lane, top), *_reader(lane), *top.marks]
    title = f"What each process saw, 0 to {lane.length_s} seconds"
    return svg.drawing(WIDTH, lane.height, title, describe(story), "sw", marks)


def describe(story: Mapping[str, Any]) -> str:
    """The picture in words."""
    return " ".join(f"{row['at']} s, {row['who']}: {row['what']}." for row in story_table(story))


def _axis(lane: Lane) -> list[SafeString]:
    step = next(step for step in (1, 2, 5, 10, 30, 60) if lane.length_s / step <= 14 or step == 60)
    marks = []
    for second in range(0, lane.length_s + 1, step):
        x = lane.at(second * 1000)
        marks.append(svg.path("grid", f"M{svg.number(x)} 44V{lane.bottom + 80}"))
        marks.append(svg.text("ax", x, lane.bottom + 100, f"{second} s", "middle"))
    return marks


def _frame(lane: Lane) -> list[SafeString]:
    marks = [svg.text("lane", 0, 84, "program"), svg.text("ax", 0, 99, "yours")]
    marks.append(svg.path("base", f"M{LEFT} 106H{RIGHT}"))
    for broker in lane.rows:
        y = lane.row(broker)
        marks.append(svg.text("lane", 0, y + 16, f"broker {broker}"))
        marks.append(svg.path("base", f"M{LEFT} {y + 32}H{RIGHT}"))
    marks.append(svg.text("lane", 0, lane.bottom + 34, "reader"))
    marks.append(svg.text("ax", 0, lane.bottom + 49, "from the start"))
    marks.append(svg.path("base", f"M{LEFT} {lane.bottom + 56}H{RIGHT}"))
    return marks


def _held(lane: Lane, top: Labels) -> list[SafeString]:
    marks = []
    for fault in lane.story["faults"]:
        from_ms = fault["proved_ms"] if fault["proved_ms"] is not None else fault["begun_ms"]
        if not fault["held"]:
            marks += _blow(lane, fault, from_ms, top)
            continue
        to_ms = fault["healed_ms"] if fault["healed_ms"] is not None else lane.story["end_ms"]
        begin, end = lane.at(from_ms), lane.at(to_ms)
        marks.append(svg.rect("band", begin, 124, end - begin, lane.bottom - 134))
        foot = lane.bottom - 10
        edges = f"M{svg.number(begin)} 118V{foot}M{svg.number(end)} 118V{foot}"
        marks.append(svg.path("band-edge", edges))
        marks.append(svg.path("leadline", f"M{svg.number(begin)} 38V118"))
        words = fault_words(fault["fault"])
        top.add(begin, f"{words}, {svg.seconds(from_ms)}–{svg.seconds(to_ms)} s")
    return marks


def _blow(lane: Lane, fault: Mapping[str, Any], t_ms: float, top: Labels) -> list[SafeString]:
    """A blow that is over once it is struck; the death of a broker has a mark of its own."""
    if fault["fault"] == "kill_broker":
        return []
    x = lane.at(t_ms)
    top.add(x, f"{fault_words(fault['fault'])}, {svg.seconds(t_ms)} s")
    return [svg.path("leadline", f"M{svg.number(x)} 38V{lane.bottom - 10}")]


def _broker(lane: Lane, row: Mapping[str, Any]) -> list[SafeString]:
    y, marks = lane.row(row["broker"]), []
    for band in row["bands"]:
        if band["role"] not in BAND_CSS:
            continue
        begin, end = lane.at(band["from_ms"]), lane.at(band["to_ms"])
        marks.append(svg.rect(BAND_CSS[band["role"]], begin, y, end - begin, BAR))
        words = BAND_WORDS[band["role"]]
        if band["role"] == "leader" and band["epoch"] is not None:
            words += f" · epoch {band['epoch']}"
        if end - begin > max(LEAST_LABEL_PX, 6.4 * len(words)):
            css = {"leader": "lbl onlead", "follower": "lbl"}.get(band["role"], "lbl halo")
            marks.append(svg.text(css, begin + 6, y + 16.5, words))
    return marks


def _killed(lane: Lane) -> list[SafeString]:
    story, marks = lane.story, []
    broker, killed_ms = story["killed_broker"], story["killed_ms"]
    if broker is None or broker not in lane.rows:
        return marks
    x, y = lane.at(killed_ms), lane.row(broker)
    lost = story["lanes"]["lost"]
    first = next((index for index, count in enumerate(lost) if count), None)
    if first is not None and first * story["lanes"]["cell_ms"] < killed_ms:
        begin = lane.at(first * story["lanes"]["cell_ms"])
        marks.append(svg.rect("r-lostf", begin, y, x - begin, BAR))
        marks.append(svg.rect("r-lostx", begin, y, x - begin, BAR))
    marks.append(svg.path("dead-x", f"M{svg.number(x - 6)} {y + 6}l12 12m0 -12l-12 12"))
    words = f"broker {broker} killed, {svg.seconds(killed_ms)} s"
    left = x > RIGHT - 200
    marks.append(
        svg.text(
            "lbl b halo", x - 14 if left else x + 14, y + 16.5, words, "end" if left else "start"
        )
    )
    return marks


def _epochs(lane: Lane, top: Labels) -> list[SafeString]:
    marks, last = [], None
    for reign in lane.story["leaders"]:
        leader = reign["leader"]
        if last is not None and leader not in (None, last):
            x = lane.at(reign["from_ms"])
            slant = f"M{svg.number(x + 10)} 42L{svg.number(x - 26)} {lane.bottom + 80}"
            marks.append(svg.path("epoch", slant))
            epoch = reign["epoch"]
            top.add(x, f"epoch {epoch} begins" if epoch is not None else f"broker {leader} leads")
        last = leader if leader is not None else last
    return marks


def _reader(lane: Lane) -> list[SafeString]:
    story = lane.story
    if story["read_ms"] is None:
        return []
    x = lane.at(story["read_ms"])
    strong = f"M{svg.number(x)} {lane.bottom}V{lane.bottom + 80}"
    words = f"read back: {story['readable']:,}"
    return [
        svg.path("grid strong", strong),
        svg.text("lbl b halo", x - 6, lane.bottom + 40, words, "end"),
    ]
