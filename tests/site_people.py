"""People for tests of the site, and the steps that bring them to a stage."""

from __future__ import annotations

import secrets

from accounts.models import Role, User
from attempts.lease import Outcome, claim, finish
from attempts.models import Attempt
from submissions.predict import predict


def make_person(role: str = Role.CANDIDATE, **changes) -> User:
    """A person with a name nobody has."""
    name = f"person-{secrets.token_hex(4)}"
    return User.objects.create(username=name, name=name, role=role, **changes)


def report(verdict: str = "FAIL", stage: str = "fix", **changes) -> dict:
    """A report as the engine gives it."""
    evidence = {
        "what": "order o-1 was acknowledged and is in no log", "t_ms": 2150.0, "id": "o-1",
        "broker": 2, "topic": "orders", "partition": 0, "offset": 951, "leader_epoch": 4,
        "detail": {},
    }  # fmt: skip
    anomaly = {
        "name": "lost-write", "cause": "acknowledged-by-leader-only", "count": 447,
        "summary": "447 orders acknowledged by the leader alone (acks=1), then gone",
        "evidence": [evidence],
    }  # fmt: skip
    lost = verdict == "FAIL" or (verdict == "PASS" and stage == "reproduce")
    body = {
        "schema": 1, "verdict": verdict, "lab": "acked", "stage": stage, "seed": 7,
        "reason": {"FAIL": "acknowledged-by-leader-only", "INCONCLUSIVE": "canary-not-hurt"}
        .get(verdict),
        "reason_text": "" if verdict == "PASS" else "our canary was not hurt",
        "anomalies": [anomaly] if lost else [],
        "checks": [
            {"check": "lost_writes", "kept": not lost if verdict != "INCONCLUSIVE" else None,
             "summary": "447 of 1,994 orders vouched for cannot be read back",
             "anomalies": [anomaly] if lost else [], "figures": {"vouched": 1994}},
            {"check": "duplicates", "kept": True, "summary": "no order is there twice",
             "anomalies": [], "figures": {}},
        ],
        "settings": {"topic": {"min.insync.replicas": "2"},
                     "topic, as found": {"min.insync.replicas": "1"}},
        "figures": {"handed": 2000, "accepted": 1994},
        "timings_s": {"ready_s": 0.2, "scenario_s": 11.3, "judged_s": 11.6, "warm": 1.0},
        "versions": {"Kafka": "4.3.1", "librdkafka": "2.16.1"},
    }  # fmt: skip
    return body | changes


def judged(attempt: Attempt, verdict: str, **changes) -> Attempt:
    """The attempt after a run with that verdict, as a worker would leave it."""
    lease = claim(attempt.pk, "worker:1", "host")
    assert lease is not None
    finish(lease, Outcome(report(verdict, attempt.stage, **changes)))
    attempt.refresh_from_db()
    return attempt


def prove(user, lab, stage: str) -> Attempt:
    """Bring the user past `stage`, whatever it needs."""
    from attempts.intake import submit

    predict(user, lab, 1)
    return judged(submit(user, lab, stage), "PASS")


def solve(user, lab) -> Attempt:
    """Bring the user past every stage that is run."""
    from attempts.intake import submit

    prove(user, lab, "reproduce")
    return judged(submit(user, lab, "fix"), "PASS")
