"""Stands between the learner's program and the brokers, and records what really passed.

Theory of operation.  The tap owns the brokers' addresses on the learner's wire.  For each
connection it accepts it dials the real broker from another network namespace.  It is the only
way across, so when it dies nothing passes.

    places      where the sockets live; the only part that knows of namespaces
    listeners   the doors, open or shut
    loop        one thread, one epoll, and the timers
    proxy       accepts, dials, drives connections
    pair        one pair of sockets (ends, lanes): backpressure, half-close, delay, hold, reset
    connection  a pair whose frames are read;  splice: one whose bytes pass unread
    frames      bytes -> frames, bounded; a frame that nobody must see whole is streamed
    codec       the messages that are evidence, read by kio
    produce     batches of a request, results of a response
    calls       commits, transactions and life in a group;  fetches: sums of what was fetched
    exchanges   which request a response answers, and whose turn it is
    evidence    rows for each of these once its fate is known
    guard       what a program may not ask;  refusals: the answer that it gets
    seam        what a rule sees and may do
    rules       faults on the program's side, one module a kind
    answers     responses of our own making
    handle      the supervisor's side: `start_tap`, `Tap`

What cannot be decoded cannot be recorded, so it is not passed on: its connection is reset.
"""

from judge.inside.tap.handle import Tap, start_tap, start_tap_at
from judge.inside.tap.places import Places
from judge.inside.tap.records import TapRecord

__all__ = ["Places", "Tap", "TapRecord", "start_tap", "start_tap_at"]
