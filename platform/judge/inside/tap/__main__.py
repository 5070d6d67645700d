"""The tap's own process: `python -m judge.inside.tap PLACES CONTROL_FD EVIDENCE_FD`."""

from __future__ import annotations

import gc
import resource
import socket
import sys
import time

# kio teaches hypothesis its types wherever it finds it. That takes 0.4 s, many times that on a
# busy machine, and the library is there for tests only.
sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]

from judge.inside.tap.codec import warm_up  # noqa: E402
from judge.inside.tap.control import Control  # noqa: E402
from judge.inside.tap.evidence import Evidence  # noqa: E402
from judge.inside.tap.places import places_from_json  # noqa: E402
from judge.inside.tap.proxy import MOST_CONNECTIONS, Proxy  # noqa: E402
from judge.inside.tap.rules import RuleBook  # noqa: E402

_DESCRIPTORS = 2 * MOST_CONNECTIONS + 64


def main(places_json: str, control_fd: str, evidence_fd: str) -> None:
    """Listen for every broker, then serve until the control socket closes."""
    _allow_descriptors()
    places = places_from_json(places_json)
    control = socket.socket(fileno=int(control_fd))
    evidence = Evidence(int(evidence_fd), time.monotonic)
    proxy = Proxy(places, evidence)
    rules = RuleBook(evidence, proxy)
    proxy.obey(rules)
    warm_up()
    # What is loaded by now stays for good: no collection should walk it again.
    gc.freeze()
    ear = Control(control, proxy, evidence, rules)
    proxy.watch(control.fileno(), ear.on_readable)
    proxy.run()


def _allow_descriptors() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard == resource.RLIM_INFINITY or hard > _DESCRIPTORS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, _DESCRIPTORS), hard))


if __name__ == "__main__":
    main(*sys.argv[1:])
