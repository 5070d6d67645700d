"""The kinds of program that a learner hands in, each run in the same jail.

    KINDS["python"]    a file for a Python with confluent-kafka
    KINDS["java"]      sources, compiled and run beside Kafka's Java client
    KINDS["runbook"]   a shell script of Kafka's own command line tools

A kind is asked for twice. `build(files, limits, network)` makes the files ready and says, by
UnfitProgramError with a `ProgramExit`, when the learner's files are no program; call it before a
scenario begins, since it may take seconds. `Program(built, argv, limits, …, kind=kind)` then runs
them as often as wished; given plain files it builds them itself when it is started.

    kind = KINDS[lab.client]
    built = kind.build(files, limits, network)
    program = Program(built, [entry], limits, on_line, network=network, env=env, kind=kind,
                      on_command=lambda command: …)
    program.start(); …; program.exit; program.limits      # limits as raised for the kind

`on_command` is called with each Kafka tool that a runbook ran, when it has ended: a `Command` with
line, code, seconds. A program could forge it, so it is for display alone.

What jails of all kinds have in common is in `jail_command` and `limits`; nothing here loosens it.
A lab that has no program, such as `config`, is none of this module's business.
"""

from __future__ import annotations

from collections.abc import Mapping

from judge.inside.programs.java import Java
from judge.inside.programs.kind import Kind
from judge.inside.programs.python import Python
from judge.inside.programs.runbook import Runbook

KINDS: Mapping[str, Kind] = {kind.name: kind for kind in (Python(), Java(), Runbook())}
