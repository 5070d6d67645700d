"""A lab on the shelf for tests of the site, and people who work on it; no folder, no brokers."""

from __future__ import annotations

from pathlib import Path

from judge.lab import EditableFile, Lab, ProgramLimits
from judge.lab_stages import StageSpec
from judge.scenario import Scenario, TopicSpec

SCENARIO = Scenario(TopicSpec("orders", settings_file="topic.properties"))


def make_lab(slug: str = "acked", **changes) -> Lab:
    """A lab with all four stages and two files."""
    stages = (
        StageSpec("predict", "Say it first", "Read.", question="What happens?",
                  options=("nothing", "they are gone"), answer=1, because="The leader died."),
        StageSpec("reproduce", "Make it happen", "Lose one.", anomaly="lost-write",
                  causes=("acknowledged-by-leader-only",)),
        StageSpec("fix", "Make it impossible", "Keep them.", promises=("lost_writes",)),
        StageSpec("explain", "Explain it", question="Why?", strong_points=("acks", "the ISR")),
    )  # fmt: skip
    fields = {
        "folder": Path("/nowhere") / slug,
        "slug": slug,
        "title": "Acknowledged, then gone",
        "story": "Orders vanish.",
        "rows": ("S3.2",),
        "skills": ("acks",),
        "level": "core",
        "minutes": 25,
        "client": "python",
        "entry": "producer.py",
        "stages": stages,
        "editable": (
            EditableFile("producer.py", "python", 1000),
            EditableFile("topic.properties", "properties", 400),
        ),
        "limits": ProgramLimits(),
        "scenario": SCENARIO,
        "brief": "A broker **died**.",
        "hints": ("Look at acks.", "Look at the ISR."),
        "debrief": "It was acks.",
        "starter": {"producer.py": "print('hi')\n", "topic.properties": "a=1\n"},
        "digest": "d" * 64,
    }
    return Lab(**(fields | changes))
