"""Makes the topics of a run: canaries', source, and the judged one as the learner set it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException

from judge.errors import JudgeError
from judge.history import Op
from judge.inside.run_state import RunState
from judge.inside.topics import create_topic
from judge.scenario import TopicSpec

LEARNERS_SETTINGS_ERRORS = (
    KafkaError.INVALID_CONFIG,
    KafkaError.INVALID_REQUEST,
    KafkaError.POLICY_VIOLATION,
)
"""What Kafka answers when it refuses the settings that the learner wrote."""


def make_topics(run: RunState, job: Mapping[str, Any]) -> bool:
    """Create the topics; False when Kafka refuses the learner's settings, which is noted."""
    for canary in run.canaries:
        kind = canary.kind
        create_topic(run.admin, kind.topic, [list(run.replicas(0))], kind.topic_settings)
    if run.scenario.source is not None:
        _make(run, run.scenario.source, run.scenario.source.settings)
    try:
        _make(run, run.scenario.judged, job["topic_settings"])
    except KafkaException as refused:
        error = refused.args[0]
        if error.code() not in LEARNERS_SETTINGS_ERRORS:
            raise JudgeError("topic-not-created", error.str()) from None
        reason = "topic-settings-refused"
        detail = {"reason": reason, "message": error.str()[:300]}
        run.note(Op(run.now_ms(), "program", "info", "exit", error=reason, detail=detail))
        return False
    return True


def _make(run: RunState, spec: TopicSpec, settings: Mapping[str, str]) -> None:
    assignment = [list(run.replicas(partition)) for partition in range(spec.partitions)]
    create_topic(run.admin, spec.name, assignment, settings)
