"""The anomalies of configurations and of what they cost, and what each cause means."""

from __future__ import annotations

from collections.abc import Mapping

SETTINGS_CAUSES: Mapping[str, Mapping[str, str]] = {
    "wrong-config": {
        "changed-by-the-end": (
            "The setting was right at the beginning, was changed, and was not put back."
        ),
        "not-as-required": "The setting in force at the end is not the one that is required.",
        "no-such-topic": "The topic does not exist at the end.",
    },
    "forbidden-means": {
        "unclean-election": (
            "A replica became leader that was neither in sync nor eligible: "
            "whatever it had not copied was given away."
        ),
        "min-isr-lowered": "min.insync.replicas is lower at the end than at the beginning.",
        "topic-deleted": "The topic was deleted, and its records with it.",
        "records-deleted": "Records were deleted by command.",
        "acks-lowered": "Records were sent with acks=0 or acks=1.",
    },
    "too-little-gain": {
        "gain-too-small": "It got better, and not as much as asked for.",
        "worse-than-before": "It got worse by the measure that was to get better.",
        "load-failed": "Our load could not run with the settings given.",
    },
    "wrong-diagnosis": {
        "missed": "A record that is gone was not named.",
        "wrongly-accused": "A record was named as lost that is not gone.",
        "misplaced": "A lost record was named with another offset or leader epoch than it had.",
    },
    "too-slow": {
        "waits-too-long": "Each record waits longer for its acknowledgement than the lab allows.",
    },
    "wasteful": {
        "too-many-requests": "Each record costs more requests than it may.",
        "too-small-batches": "The batches hold fewer records than they must.",
        "too-many-bytes": "Each record costs more bytes than it may.",
    },
    "log-growth": {
        "too-many-bytes": "The log takes more of the disk than it may.",
        "too-many-segments": "The log has more segments than it may.",
    },
    "imbalance": {
        "skewed-partitions": "Some partitions got far more of the records than their share.",
    },
    "wrong-table": {
        "stale-value": "The last value that was put for the key is not the last that is there.",
        "missing-key": "A value was put for the key, and none is there.",
        "deleted-key-alive": "The key was deleted, and a value of it can still be read.",
        "tombstone-left": "The key was deleted, and the cleaner has not removed its tombstone.",
    },
}
"""Anomaly -> cause -> what it means; part of `judge.anomalies.CAUSES`."""
