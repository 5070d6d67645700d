"""`{picture}`: the logs of one partition on every broker, at one or two moments."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.safestring import SafeString

from guide.log_columns import Drawing, Moment, draw
from judge.fields import Fields
from web.prose import inline

MOST_MOMENTS = 2


@dataclass(frozen=True, slots=True)
class Picture:
    """The drawings stand side by side; a table with the same figures stands behind them."""

    caption: SafeString
    topic: str
    drawings: tuple[Drawing, ...]
    name = "picture"


def read(fields: Fields) -> Picture:
    """The directive in those fields."""
    rows = fields.tables("moment")
    if len(rows) > MOST_MOMENTS:
        raise fields.wrong("moment", "stands more than twice.", "Make a second picture.")
    return Picture(
        caption=inline(fields.text("caption")),
        topic=fields.text("topic"),
        drawings=tuple(draw(_moment(row)) for row in rows),
    )


def _moment(fields: Fields) -> Moment:
    log_end = _log_end(fields)
    moment = Moment(
        title=fields.text("title"),
        high_watermark=fields.whole("high_watermark"),
        leader=fields.whole("leader", -1, at_least=-1),
        epoch=fields.whole("epoch", 0),
        log_end=log_end,
        isr=_numbers(fields, "isr"),
        dead=_numbers(fields, "dead"),
        acknowledged_to=fields.whole("acknowledged_to", 0),
        lost=_numbers(fields, "lost"),
    )
    fields.done()
    if moment.lost and (len(moment.lost) != 2 or moment.lost[0] >= moment.lost[1]):
        raise fields.wrong("lost", "must be [first offset, end], the end above the first.")
    if not moment.brokers:
        raise fields.wrong("log_end", "names no broker.", "Write log_end = { 1 = 886 }.")
    return moment


def _log_end(fields: Fields) -> dict[int, int]:
    table = fields.table("log_end")
    found = {}
    for key in table.names():
        if not key.isdigit():
            raise table.wrong(key, "is not the number of a broker.")
        found[int(key)] = table.whole(key)
    return found


def _numbers(fields: Fields, key: str) -> tuple[int, ...]:
    return fields.wholes(key, ())
