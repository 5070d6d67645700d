"""Tells what this machine has and lacks for running labs, check by check, with remedies."""

from __future__ import annotations

from judge.doctor.check import Check
from judge.doctor.examination import examine

__all__ = ["Check", "examine"]
