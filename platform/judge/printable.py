"""Shows what a learner wrote inside a message of ours: quoted, harmless and bounded."""

from __future__ import annotations


def printable(text: str, limit: int = 80) -> str:
    """`text` as it may be shown: quoted, control characters escaped, bounded in length."""
    shown = ascii(text[:limit]) if not text[:limit].isprintable() else f"“{text[:limit]}”"
    return shown + ("…" if len(text) > limit else "")
