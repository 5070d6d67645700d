"""The heartbeat goes on through a database that is away, with a connection of its own."""

from types import SimpleNamespace

from django.db import OperationalError

from attempts import heartbeat
from attempts.heartbeat import Heartbeat
from attempts.lease import Lease
from judge.waiting import wait_until

LEASE = Lease(1, "uid", 1, "worker")


def test_it_makes_a_new_connection_after_one_that_broke(monkeypatch):
    """What the beats found: how often the connection had been closed before each of them."""
    closed, beats = [], []

    def beat(_lease):
        beats.append(len(closed))
        if len(beats) == 1:
            raise OperationalError("server closed the connection unexpectedly")
        return True

    monkeypatch.setattr(heartbeat, "beat", beat)
    monkeypatch.setattr(heartbeat, "connection", SimpleNamespace(close=lambda: closed.append(1)))

    with Heartbeat(LEASE, every_s=0.01) as heart:
        wait_until(lambda: len(beats) >= 3, 10, "the heart stopped")

    assert beats[:3] == [0, 1, 1]
    assert not heart.should_stop()


def test_it_tells_the_run_to_stop_when_the_lease_is_lost(monkeypatch):
    monkeypatch.setattr(heartbeat, "beat", lambda _lease: False)

    with Heartbeat(LEASE, every_s=0.01) as heart:
        wait_until(heart.should_stop, 10, "the run goes on")
