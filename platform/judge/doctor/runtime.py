"""Check that the learner's Python is there and is the one we pin."""

from __future__ import annotations

from judge.doctor.check import Check, failed, passed
from judge.home import Home
from judge.sandbox.runtime import runtime_is_built


def check_runtime(home: Home) -> Check:
    """The learner's Python with its Kafka client is built."""
    if runtime_is_built(home):
        return passed("learner's Python", str(home.learner_runtime))
    text = f"not there, or made from other versions: {home.learner_runtime}"
    return failed("learner's Python", text, "Run `./faultline up` once.")
