"""Writes small lessons into a folder of content."""

from pathlib import Path

HEAD = """---
title: A lesson
summary: What it says.
minutes: 5
level: core
{more}---
"""


def write_lesson(content: Path, body: str, name: str = "01-a-lesson", more: str = "") -> Path:
    """A lesson with that body in topic 01-storage."""
    folder = content / "01-storage"
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.md"
    path.write_text(HEAD.format(more=more) + body, encoding="utf-8")
    return path


PREDICT = """```{predict}
id = "which"
question = "Which `acks`?"
options = ["one", "all"]
answer = 1
because = "Because of **all**."
```
"""
CLAIM = """```{{claim}}
statement = "{0}"
verdict = "proved"
lab = "x"
solution = "y"
```
"""
PICTURE = """```{picture}
caption = "Before."
topic = "orders-0"
[[moment]]
title = "Before"
high_watermark = 886
leader = 2
epoch = 4
log_end = { 1 = 886, 2 = 1333, 3 = 700 }
isr = [1, 2]
acknowledged_to = 1333
```
"""
