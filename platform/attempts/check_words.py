"""What the verdict page calls each check, and the promise it tests in one sentence."""

from __future__ import annotations

CHECK_WORDS = {
    "program": ("Your program runs to its end", "It answers each order and ends by itself."),
    "lost_writes": (
        "No accepted order is lost",
        "Every order that was vouched for can be read afterwards.",
    ),
    "duplicates": ("No order twice", "Every order can be read once."),
    "availability": (
        "Orders are accepted again after the fault",
        "Soon after the cluster is led again, orders are accepted again.",
    ),
    "reordering": (
        "Orders keep their order",
        "The orders of one customer are stored in the order they were handed in.",
    ),
    "unseen": ("Every record is processed", "No record of the topic is left out."),
    "reprocessed": ("No record is processed twice", "No record is processed more than once."),
    "exactly_once_copy": (
        "Each input record is copied once",
        "Whoever reads what is committed gets one copy of every input record.",
    ),
    "aborted_reads": (
        "What was aborted is not taken for real",
        "No record of an aborted transaction is read, processed or copied on.",
    ),
    "torn_transaction": (
        "A transaction is whole or not at all",
        "The records of a transaction are committed together.",
    ),
    "commit_ahead": (
        "Offsets follow the work",
        "What lies below a committed offset has been processed.",
    ),
    "stuck_group": (
        "The group gets its work done",
        "While records wait and the group has members, something is done.",
    ),
    "rebalance_pause": (
        "A rebalance is short",
        "Around a change of membership no record waits too long.",
    ),
    "stall": ("The service does not stall", "No time without a success is too long."),
    "rebuilt_table": (
        "The table can be rebuilt",
        "Each key has its last value, and a deleted one has none.",
    ),
    "log_growth": ("The log stays within bounds", "No replica's log grows beyond its bounds."),
    "balance": (
        "The partitions share the load",
        "No partition gets far more of the records than the others.",
    ),
    "effective_config": (
        "The settings are in force",
        "The cluster itself tells the settings that are required.",
    ),
    "forbidden_means": (
        "Nothing is given away",
        "No unclean election, lowered floor, deletion or lowered acks.",
    ),
    "paired_ratio": (
        "It is as much better as asked for",
        "Measured in turns on one cluster, the new settings beat the old ones by enough.",
    ),
    "counts": (
        "A record costs no more than it may",
        "Requests, batches and bytes for each record stay within limits.",
    ),
    "latency_budget": (
        "A record waits no longer than it may",
        "Half of the records wait little longer than under the old settings.",
    ),
    "stored_writes": (
        "No stored record is given away",
        "What our own producer was told is stored can be read in the end.",
    ),
    "phantom": (
        "Nothing is there that nobody sent",
        "Every record has an id and a value that we handed out.",
    ),
    "inconsistent_offsets": (
        "An offset has one value",
        "All replicas and all readers agree on what lies at each offset.",
    ),
    "diagnosis": (
        "What is gone is named",
        "Every lost record is named, with its offset and epoch, and no other.",
    ),
    "writes_resume": ("Writing goes on", "Our own careful producer is served again."),
    "alerts": (
        "The right people are told",
        "A page fires for what cannot wait, and for nothing else.",
    ),
}
"""Check -> its name on the page and the promise it tests."""
