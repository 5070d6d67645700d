"""Pictures of logs show the offsets that matter, and say the same in words."""

from dataclasses import replace

from guide.log_columns import Moment, draw

BEFORE = Moment(
    title="Before",
    high_watermark=886,
    leader=2,
    epoch=4,
    log_end={1: 886, 2: 1333, 3: 700},
    isr=(1, 2),
    acknowledged_to=1333,
)


def cells(drawing, broker):
    column = next(c for c in drawing.columns if c.broker == broker)
    return [(cell.kind, cell.text) for cell in column.cells]


def test_it_outlines_what_is_acknowledged_on_one_log_only():
    drawing = draw(BEFORE)

    assert cells(drawing, 2)[3:] == [("solo", "886"), ("solo", "887"), ("solo", "… 1,332")]
    assert cells(drawing, 1)[-1] == ("follower", "885")


def test_it_shows_what_nobody_acknowledged_as_pending():
    drawing = draw(replace(BEFORE, acknowledged_to=0))

    assert {kind for kind, _ in cells(drawing, 2)[3:]} == {"pending"}


def test_it_ends_a_lagging_log_below_the_watermark():
    drawing = draw(BEFORE)

    assert cells(drawing, 3) == [("out", "…")]
    assert drawing.columns[2].role == "out of ISR"


def test_it_crosses_lost_records_on_the_dead_broker_and_fills_their_offsets_anew():
    after = Moment(
        title="After", high_watermark=1210, leader=3, epoch=5, log_end={1: 1210, 3: 1210},
        isr=(1, 3), dead=(2,), lost=(886, 1333),
    )  # fmt: skip

    drawing = draw(after)

    assert cells(drawing, 2)[3:] == [("lost", "886"), ("lost", "887"), ("lost", "… 1,332")]
    assert cells(drawing, 3)[3:] == [
        ("new leader", "886"), ("new leader", "887"), ("new leader", "… 1,209"),
    ]  # fmt: skip
    assert drawing.columns[1].role == "dead"


def test_it_says_in_words_what_it_draws():
    assert draw(BEFORE).says == (
        "Before. High watermark 886. broker 1, follower: 0–885; "
        "broker 2, leader, epoch 4: 0–1,332; broker 3, out of ISR: 0–699."
    )


def test_it_draws_a_log_that_has_just_begun():
    drawing = draw(Moment("New", 0, 1, 0, {1: 0, 2: 0}))

    assert [column.ends for column in drawing.columns] == ["empty", "empty"]


def test_it_draws_the_watermark_where_the_committed_records_end():
    drawing = draw(BEFORE)

    top_committed = min(cell.y for cell in drawing.columns[0].cells)
    assert drawing.watermark_y == top_committed - 1
