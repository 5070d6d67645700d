"""Sets Faultline up on one machine and runs it there: what `./faultline` does.

Theory of operation.  Two interpreters, one program.

* `./faultline` finds the system's Python and starts this package with it.  Nothing but the
  standard library may be imported then: `packages` installs what apt has, `wheels` makes `.venv`
  and fills it from the lock.
* The process then replaces itself by `.venv/bin/python -m launcher`, and everything else
  (`preparing`, `serving`, `testing`) runs there and may import `judge`.

A running Faultline is four levels of processes, each of which ends with the one above it:

    launcher      holds the lock on the data directory, prints, waits
    supervisord   starts what dies again; it is killed when the launcher is (PDEATHSIG)
    programs      redis, web, worker, tend: each killed when supervisord is
    sandboxes     killed when the thread of the worker that started them ends

The package imports `judge` and nothing of the site: it talks to the site through `manage.py`,
environment variables and HTTP, as an operator would.
"""
