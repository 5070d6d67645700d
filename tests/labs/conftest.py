"""By what the sample of this run was drawn, printed whenever it is used."""

from __future__ import annotations

import os

import pytest

from judge.receipts.sample import seed_of_today

SEED = os.environ.get("FAULTLINE_SAMPLE_SEED") or seed_of_today()
"""Another one draws another sample: FAULTLINE_SAMPLE_SEED=anything ./faultline test tests/labs."""


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    ran = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    if any("test_every_lab_proves_itself" in report.nodeid for report in ran):
        terminalreporter.write_line(f"solutions were sampled with FAULTLINE_SAMPLE_SEED={SEED}")
