"""What the history says of a fault that is begun, besides its kind."""

from __future__ import annotations

import pytest

from judge.inside.injecting import told_of

FAULT = {"fault": "kill_broker", "as": "kill_broker", "text": "", "optional": False, "options": {}}


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, None),
        ({"optional": True}, {"optional": True}),
        ({"as": "death"}, {"as": "death"}),
        ({"alert": "quiet"}, {"alert": "quiet"}),
        (
            {"alert": "page", "alert_within_s": 5.0, "as": "death"},
            {"alert": "page", "alert_within_s": 5.0, "as": "death"},
        ),
    ],
)
def test_it_tells_what_whoever_judges_must_know(more, told):
    assert told_of({**FAULT, **more}) == told
