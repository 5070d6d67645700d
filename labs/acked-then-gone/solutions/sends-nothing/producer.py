"""Reads every order and does nothing with it."""

import sys

for _line in sys.stdin:
    pass
