"""The timeline of a running attempt: acknowledged above, leadership below, now a thick line."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.utils.safestring import SafeString

from attempts.pictures import svg

if TYPE_CHECKING:
    from attempts.live import LiveState

At = Callable[[float], float]

WIDTH, HEIGHT, LEFT, RIGHT = 1000, 150, 8.0, 992.0
TOP, BASE, FOOT, BAR_TOP = 26, 78, 122, 34
SHORTEST_S = 12
CHAR_PX = 6.4


def draw_timeline(live: LiveState) -> SafeString:
    """The picture of everything up to now."""
    length_s = max(SHORTEST_S, math.ceil(live.now_ms / 1000) + 1)
    per_ms = (RIGHT - LEFT) / (length_s * 1000)

    def at(t_ms: float) -> float:
        return LEFT + t_ms * per_ms

    marks = [*_axis(length_s, at), *_bands(live, at), *_bars(live, at)]
    marks += [svg.path("base", f"M{LEFT} {BASE}H{RIGHT}"), *_reigns(live, at)]
    now = at(live.now_ms)
    beside = ("end", -6) if now > RIGHT - 90 else ("start", 6)
    marks.append(svg.path("now", f"M{svg.number(now)} 20V{FOOT}"))
    marks.append(
        svg.text("lbl b halo", now + beside[1], 18, f"now, {svg.seconds(live.now_ms)} s", beside[0])
    )
    title = f"Timeline, 0 to {length_s} seconds, now at {svg.seconds(live.now_ms)}"
    return svg.drawing(WIDTH, HEIGHT, title, describe(live), "tl", marks)


def describe(live: LiveState) -> str:
    """The picture in words, for those who hear it."""
    said = [f"{live.counts.get('acknowledged', 0):,} records are acknowledged."]
    for band in live.bands:
        end = f"to {svg.seconds(band.until_ms)}" if band.until_ms is not None else "until now"
        said.append(f"{band.label}: from {svg.seconds(band.from_ms)} {end} seconds.")
    for reign in live.reigns:
        who = f"Broker {reign.broker} leads" if reign.broker is not None else "Nobody leads"
        said.append(f"{who} from {svg.seconds(reign.from_ms)} seconds.")
    return " ".join(said)


def _axis(length_s: int, at: At) -> list[SafeString]:
    step = next(step for step in (1, 2, 5, 10, 30, 60) if length_s / step <= 13 or step == 60)
    marks = []
    for second in range(0, length_s + 1, step):
        x = at(second * 1000)
        anchor = "start" if second == 0 else "end" if second + step > length_s else "middle"
        marks.append(svg.path("grid", f"M{svg.number(x)} {TOP}V{FOOT}"))
        marks.append(svg.text("ax", x, 140, f"{second} s", anchor))
    return marks


def _bands(live: LiveState, at: At) -> list[SafeString]:
    marks = []
    for band in live.bands:
        begin = at(band.from_ms)
        end = at(live.now_ms if band.until_ms is None else band.until_ms)
        marks.append(svg.rect("band", begin, TOP, end - begin, FOOT - TOP))
        edges = f"M{svg.number(begin)} 20V{FOOT}"
        if band.until_ms is not None:
            edges += f"M{svg.number(end)} 20V{FOOT}"
        marks.append(svg.path("band-edge", edges))
        if band.label:
            marks.append(svg.text("lbl b halo", begin, 14, band.label))
    return marks


def _bars(live: LiveState, at: At) -> list[SafeString]:
    """A bar a report: as wide as the time it covers, as high as the rate in it."""
    rates = [count / (end - begin) for begin, end, count in live.flow if end > begin]
    # By the usual rate: the first answers after an outage come all at once and would flatten
    # everything else.
    most = 1.5 * statistics.median_high(rates) if rates else 1.0
    marks = []
    for begin, end, count in live.flow:
        if end <= begin:
            continue
        height = max(2.0, (BASE - BAR_TOP) * min(1.0, count / (end - begin) / most))
        width = max(1.2, (at(end) - at(begin)) * 0.82)
        css = "c-ack thin" if _is_held(live, begin) else "c-ack"
        marks.append(svg.rect(css, at(begin), BASE - height, width, height))
    return marks


def _is_held(live: LiveState, t_ms: float) -> bool:
    return any(
        band.from_ms <= t_ms < (math.inf if band.until_ms is None else band.until_ms)
        for band in live.bands
    )


def _reigns(live: LiveState, at: At) -> list[SafeString]:
    marks = []
    for reign in live.reigns:
        begin, end = (
            at(reign.from_ms),
            at(live.now_ms if reign.until_ms is None else reign.until_ms),
        )
        if reign.broker is None:
            marks.append(svg.text("lbl b halo", begin + 12, 107.5, "no leader"))
            continue
        marks.append(svg.rect("r-lead", begin, 92, end - begin, 22))
        words = f"broker {reign.broker} leads"
        if reign.epoch is not None:
            words += f" · epoch {reign.epoch}"
        inside = end - begin > CHAR_PX * len(words) + 12
        css = "lbl onlead" if inside else "lbl halo"
        if inside or end + CHAR_PX * len(words) < RIGHT:
            marks.append(svg.text(css, begin + 6 if inside else end + 6, 107.5, words))
        if reign.broker in live.killed_ms and reign.until_ms is not None:
            marks.append(svg.path("dead-x", f"M{svg.number(end - 5)} 98l10 10m0 -10l-10 10"))
    return marks
