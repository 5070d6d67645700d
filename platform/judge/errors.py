"""Whose failure it was: the author's, the learner's or ours. The three are never mixed up."""


class AuthorError(Exception):
    """Something the author of a lab wrote is wrong; names the file, the key and the rule.

    Args:
        file: path of the file at fault, relative to the lab's folder.
        key: dotted key or line that is wrong, or "" when the whole file is.
        rule: the rule that was broken, as a sentence.
        remedy: what to do about it.
    """

    def __init__(self, file: str, key: str, rule: str, remedy: str = "") -> None:
        self.file, self.key, self.rule, self.remedy = file, key, rule, remedy
        where = f"{file}: {key}" if key else file
        super().__init__(f"{where}: {rule}" + (f" {remedy}" if remedy else ""))


class LabError(AuthorError):
    """A lab's folder is broken and cannot be run."""


class LearnerError(Exception):
    """What the learner handed in cannot be run as it is.

    Args:
        code: stable name of the rule, e.g. "file-too-large".
        message: a sentence that names the file, the rule and the remedy.
        file: the file at fault, when one is.
    """

    def __init__(self, code: str, message: str, file: str = "") -> None:
        self.code, self.message, self.file = code, message, file
        super().__init__(message)


class JudgeError(Exception):
    """Something of ours failed. A run that meets it is INCONCLUSIVE and costs nothing.

    Args:
        code: stable name of what failed, e.g. "broker-did-not-start".
        message: a sentence for the operator.
        detail: log tails and the like, already bounded in size.
    """

    def __init__(self, code: str, message: str, detail: str = "") -> None:
        self.code, self.message, self.detail = code, message, detail
        super().__init__(message + (f"\n{detail}" if detail else ""))


class SandboxUnavailableError(JudgeError):
    """The machine cannot make the jail, so nothing is run on it; `judge doctor` says why."""
