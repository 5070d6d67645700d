"""The `judge` command, for authors of labs, operators and tests.

Exit codes: 0 pass, 1 fail, 2 inconclusive, 3 the author's or learner's error, 4 ours.
"""

from judge.cli.main import main

__all__ = ["main"]
