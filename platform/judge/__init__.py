"""Judges a learner's fix by what real Kafka brokers did with it.

Theory of operation.  Three processes matter, and two pipes between them.

* The **caller** (`judge run`, or a Celery worker) holds the secrets and decides the verdict.
  It never enters a namespace and never opens a path that a learner can write.
* The **supervisor** (`judge.inside`) is the first process of the sandbox: user, network, pid,
  mount, ipc and uts namespaces made by bubblewrap.  It owns the brokers, the tap, the workload,
  the faults and the observers.  It hears requests and answers in JSON lines over its own
  stdin and stdout; when those close, or the caller dies, the kernel ends everything in it.
* The **program** is the learner's.  It runs in a second, nested jail and can reach nothing but
  the tap, which stands in the brokers' place.

A run reads in this order, and only `judge.run` knows the order:

    lab        lab.toml and scenario.toml, checked, or a LabError naming file and key
    workspace  starter + the learner's files, sized and decoded, or a LearnerError
    sandbox    a warm, frozen one from the pool, thawed; or a cold one
    scenario   workload, program and faults, each step waiting on a condition
    history    what ledger, program, tap, logs on disk, reader, metadata and faults said
    checkers   history -> promises kept, broken or unknown
    verdict    PASS, FAIL or INCONCLUSIVE, with the few operations that show why

The package imports nothing of Django and nothing of the site.
"""
