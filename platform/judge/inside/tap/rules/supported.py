"""The APIs whose frames a rule may take: those that are evidence one by one."""

from __future__ import annotations

from judge.inside.tap.calls import CALL_APIS
from judge.inside.tap.codec import PRODUCE

TAKEN_APIS = CALL_APIS | {PRODUCE}
"""Produce, the group's requests, commits, InitProducerId and EndTxn. Not Fetch: its responses
are too large to be collected for a rule."""
