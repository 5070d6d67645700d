"""Every anomaly a report may name and every cause it may give, with what each means."""

from __future__ import annotations

from collections.abc import Mapping

from judge.anomalies_of_alerts import ALERT_CAUSES
from judge.anomalies_of_consumers import CONSUMER_CAUSES
from judge.anomalies_of_settings import SETTINGS_CAUSES

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
        "stored-then-gone": (
            "Our own careful producer was told that the record is stored, and no live log holds it."
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
        "writes-still-refused": (
            "Whoever was to get the cluster going again did not: our own producer is not served."
        ),
        "refused-without-need": "Orders were refused although the cluster took writes.",
        "no-answers": "The program ran to the end and left too many orders without an answer.",
    },
    "reordering": {
        "retried-past-a-later-batch": (
            "The batch got an error or no answer, and a later batch of the partition was stored "
            "before it was sent again: nothing made the broker wait for it."
        ),
        "sent-out-of-order": (
            "The program itself sent the later order first: the tap saw its batch leave before."
        ),
        "overtaken-on-the-way": (
            "Its batch was sent once and before the later one, and stored after it: "
            "two requests were on the way at once."
        ),
        "key-on-two-partitions": (
            "The orders of one key are on several partitions. "
            "Kafka keeps an order within a partition only."
        ),
        "partitions-changed": (
            "The topic got more partitions while the program ran, "
            "and keys went to others than before."
        ),
        "stored-out-of-order": (
            "The log holds the later order first; the history does not show how that came."
        ),
    },
    "unseen": {
        "committed-before-processing": (
            "An offset beyond the record was committed before the record had been processed. "
            "Then the program broke off, and whoever came next began behind it."
        ),
        "skipped": (
            "The program went on to later records of the partition and left this one out."
        ),
        "never-reached": (
            "By the end of the run nothing at or beyond the record had been processed."
        ),
    },
    "duplicate-processing": {
        "sent-twice": "The record is in the topic more than once, and each copy was processed.",
        "crash-before-commit": (
            "The program processed the record and ended before the offset was committed. "
            "Whoever came next read it again."
        ),
        "moved-before-commit": (
            "The record was processed, and the partition went to another program, or was lost in "
            "a pause, before the offset was committed."
        ),
        "read-again-after-commit": (
            "The offset had been committed, and the record was read again all the same: "
            "somebody began at an older position."
        ),
        "read-by-two-groups": (
            "Two consumer groups read the partition: each gets every record once."
        ),
        "processed-twice": (
            "One program processed it twice; it neither ended nor was it paused in between."
        ),
    },
    "phantom": {
        "never-handed-out": "The topic holds an order's id that nobody handed out.",
        "altered": "The record carries an order's id and not the value that was handed out.",
        "foreign-record": "The topic holds records that are no orders at all.",
    },
    "inconsistent-offset": {
        "acknowledged-then-overwritten": (
            "A broker acknowledged one order at this offset, and the reader finds another there: "
            "a leader was elected that did not have the first."
        ),
        "replicas-differ": "Replicas that were in sync hold different batches at one offset.",
        "read-differently": "One offset was read as more than one order.",
    },
    "program-failed": {
        "empty": "The program's file has nothing in it.",
        "topic-settings-refused": "Kafka would not create the topic with the settings given.",
        "syntax-error": "Python could not read the program's file.",
        "compile-error": "The Java compiler refused the program's files.",
        "crashed": "The program ended by an error of its own.",
        "memory": "The program used more memory than it may.",
        "output": "The program printed more than it may.",
        "wall-clock": "The program did not end in time after its input had ended.",
        "ended-early": "The program ended by itself while the scenario still needed it.",
        "no-answers": (
            "The program answered nothing, or ended by itself while orders were open or to come."
        ),
    },
    **CONSUMER_CAUSES,
    **SETTINGS_CAUSES,
    **ALERT_CAUSES,
}
"""Anomaly -> cause -> what it means. docs/verdicts.md lists the same words."""

BROKER_ACKNOWLEDGED = (
    "acknowledged-by-leader-only",
    "acknowledged-by-short-isr",
    "acknowledged-then-gone",
)
"""Causes of a lost write in which Kafka's own promise broke, not only the program's."""
