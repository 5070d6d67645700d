"""Packet filter rules in one namespace: put in, counted, taken away."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence

from judge.errors import JudgeError
from judge.inside.namespaces import entering

_TABLE_NAME = re.compile(r"[a-z][a-z0-9_]{0,40}")


def put_rules(ns_fd: int, family: str, name: str, hook: str, rules: Sequence[str]) -> None:
    """A table `name` of its own with one chain at `hook`; replaces one of that name.

    Raises JudgeError "cut-failed", with what nft said.
    """
    table = f"{family} {_table(name)}"
    # One rule a line: nft 1.0 fails to parse one-liners that end in "; }".
    lines = "\n".join(rules)
    _nft(
        ns_fd,
        f"add table {table}\nflush table {table}\n"
        f"table {table} {{\nchain traffic {{\n"
        f"type filter hook {hook} priority 0; policy accept;\n{lines}\n}}\n}}\n",
        code="cut-failed",
    )


def take_rules(ns_fd: int, family: str, name: str) -> None:
    """Remove the table. Raises JudgeError "heal-failed"."""
    _nft(ns_fd, f"delete table {family} {_table(name)}\n", code="heal-failed")


def packets(ns_fd: int, family: str, name: str) -> int:
    """How many packets the counters of the table's rules have seen. Raises JudgeError."""
    said = _nft(ns_fd, "", "cut-failed", "-j", "list", "table", family, _table(name))
    rules = [row["rule"]["expr"] for row in json.loads(said)["nftables"] if "rule" in row]
    return sum(int(part["counter"]["packets"]) for e in rules for part in e if "counter" in part)


def _nft(ns_fd: int, script: str, code: str, *words: str) -> str:
    done = subprocess.run(
        ["nft", *(words or ("-f", "-"))],
        input=script,
        text=True,
        capture_output=True,
        preexec_fn=entering(ns_fd),
    )
    if done.returncode:
        raise JudgeError(code, "nft refused a rule of ours.", f"{script}\n{done.stderr}")
    return done.stdout


def _table(name: str) -> str:
    table = name.replace("-", "_")
    if not _TABLE_NAME.fullmatch(table):
        raise JudgeError("cut-failed", f"{name!r} cannot name a cut: use a-z, 0-9 and '-'.")
    return table
