"""Exit codes of `judge`, the same for every command."""

from judge.verdict import Verdict

PASS, FAIL, INCONCLUSIVE, AUTHOR, OURS = 0, 1, 2, 3, 4

OF_VERDICT = {
    Verdict.PASS: PASS,
    Verdict.FAIL: FAIL,
    Verdict.INCONCLUSIVE: INCONCLUSIVE,
}
