"""Workers are killed at random: every attempt is judged once, and charged once at most."""

import random
import sys

import pytest

from browser.live_site import ROOT, LiveSite
from browser.scripted import Script
from judge.waiting import wait_until
from site_redis import Redis

ATTEMPTS, WORKERS, KILLS, LEASE_S = 10, 2, 6, 3
pytestmark = pytest.mark.slow

QUEUE = f"""
from accounts.models import User
from attempts.intake import start_attempt
from submissions.models import Submission
for number in range({ATTEMPTS}):
    user = User.objects.create(username=f"p{{number}}", name="P")
    frozen = Submission.objects.create(
        user=user, lab_slug="acked-then-gone", lab_digest="", stage="fix", files={{}}, digest=""
    )
    start_attempt(frozen)
"""
STATES = """
from collections import Counter
from attempts.models import Attempt, Charge
rows = Counter(Attempt.objects.values_list("state", flat=True))
print("RESULT", rows["judged"], rows["failed"], Charge.objects.count(),
      Attempt.objects.filter(epoch__gt=1).count())
"""


@pytest.fixture
def site(tmp_path):
    """A site whose workers play a FAIL in about a second, under a short lease."""
    redis = Redis(tmp_path)
    redis.start()
    live = LiveSite(tmp_path, redis.url)
    script = Script(live)
    script.say(verdict="FAIL", speed=12, lease=LEASE_S)
    try:
        live.prepare()
        yield live, script
    finally:
        live.close()
        redis.stop()


def states(live):
    line = next(row for row in live.manage("shell", "-c", STATES).splitlines() if "RESULT" in row)
    return [int(word) for word in line.split()[1:]]


def test_it_judges_every_attempt_once_whoever_dies(site):
    live, script = site
    names = [f"script{number}" for number in range(WORKERS)]
    live.manage("shell", "-c", QUEUE)
    live.start("tend", [sys.executable, str(ROOT / "manage.py"), "tend", "--every", "0.3"])
    for name in names:
        script.start(name)

    for kill in range(KILLS):
        claimed = kill + 1
        wait_until(lambda claimed=claimed: script.runs() >= claimed, 60, "no run began")
        # Every second kill hits the worker that began the last run, so that some are cut off.
        last = script.runners()[-1]
        busy = [name for name in names if live.processes[name].pid == last]
        name = busy[0] if kill % 2 and busy else random.choice(names)
        live.stop(name, kill=True)
        script.start(name)

    wait_until(lambda: states(live)[0] + states(live)[1] == ATTEMPTS, 180, "not all were judged")
    judged, _failed, charges, repeated = states(live)
    # Chance may kill three workers under one attempt; it then fails, and costs nothing.
    assert judged >= ATTEMPTS // 2
    assert charges == judged
    assert repeated > 0
