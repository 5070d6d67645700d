"""Every anomaly a report may name and every cause it may give, with what each means."""

from __future__ import annotations

from collections.abc import Mapping

CAUSES: Mapping[str, Mapping[str, str]] = {
    "lost-write": {
        "acknowledged-by-leader-only": (
            "With acks=1 the leader answered when its own log had the record. "
            "It died before another broker had copied it."
        ),
        "acknowledged-by-short-isr": (
            "With acks=all the leader waits for the in-sync replicas, "
            "and at that moment the leader was the only one."
        ),
        "acknowledged-then-gone": (
            "A broker acknowledged the record and no log holds it now; "
            "the history does not show how it went."
        ),
        "accepted-without-acknowledgement": (
            "The program said accepted although no broker had told it that the record was stored: "
            "the broker refused, never answered, or was not asked to (acks=0)."
        ),
        "never-sent": "The program said accepted, and no batch with the record reached a broker.",
    },
    "duplicate": {
        "retried-after-lost-response": (
            "The first copy was stored but the program was not told so: its answer was lost or "
            "an error. So the batch was sent again, and nothing told the two apart."
        ),
        "sent-twice": "The program handed the same order to Kafka more than once.",
    },
    "unavailable": {
        "refused-after-failover": (
            "The cluster was healed and led again, but orders were not accepted again in time."
        ),
        "unreadable-after-failover": (
            "Records were acknowledged and are on disk, but above the high watermark: "
            "fewer replicas are in sync than min.insync.replicas asks for, so nobody can read them."
        ),
        "no-answers": "The program ran to the end and left too many orders without an answer.",
    },
    "program-failed": {
        "empty": "The program's file has nothing in it.",
        "topic-settings-refused": "Kafka would not create the topic with the settings given.",
        "syntax-error": "Python could not read the program's file.",
        "crashed": "The program ended by an error of its own.",
        "memory": "The program used more memory than it may.",
        "output": "The program printed more than it may.",
        "wall-clock": "The program did not end in time after its input had ended.",
        "no-answers": (
            "The program answered nothing, or ended by itself while orders were open or to come."
        ),
    },
}
"""Anomaly -> cause -> what it means. docs/verdicts.md lists the same words."""

BROKER_ACKNOWLEDGED = (
    "acknowledged-by-leader-only",
    "acknowledged-by-short-isr",
    "acknowledged-then-gone",
)
"""Causes of a lost write in which Kafka's own promise broke, not only the program's."""
