"""A free port that nobody else takes before the test does."""

from __future__ import annotations

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below the range from which the kernel gives ports to connections and to whoever binds port 0."""


def free_port() -> int:
    """A port of this machine's loopback on which nobody listens."""
    while True:
        port = random.randrange(LOWEST, HIGHEST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
