"""What was handed to the program, under ids that only we can make."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from dataclasses import dataclass

SIGNATURE_CHARS = 12
"""48 bits of HMAC-SHA256: a program gets one run to guess, not a search."""


@dataclass(frozen=True, slots=True)
class Order:
    """One order as handed out: `line` is the JSON the program reads."""

    id: str
    customer: str
    line: str


class Ledger:
    """Makes orders whose id carries a signature, and tells ours from anybody else's.

    The key never leaves the platform's side of the sandbox, so a record with a valid id was
    handed out by us in this run; everything else on the log is foreign.
    """

    def __init__(self, key: bytes, seed: int, customers: int) -> None:
        self._key = key
        # Seeded on purpose: the same seed must give the same customers and amounts again.
        self._random = random.Random(seed)  # noqa: S311
        self._customers = [f"cust-{self._random.randrange(10**6):06d}" for _ in range(customers)]
        self._next = 0

    def draw(self) -> Order:
        """The next order. Not thread-safe: one feed draws."""
        number, self._next = self._next, self._next + 1
        order_id = f"o{number:06d}-{self._sign(number)}"
        customer = self._random.choice(self._customers)
        body = {
            "order_id": order_id,
            "customer": customer,
            "amount_cents": self._random.randrange(100, 99_999),
            "placed_at": f"02:{number // 3600 % 60:02d}:{number // 60 % 60:02d}.{number % 60:03d}",
        }
        return Order(order_id, customer, json.dumps(body, separators=(",", ":")))

    def id_of(self, value: bytes | None) -> str | None:
        """The id in a record's value when it is one of ours, else None."""
        try:
            order_id = json.loads(value or b"")["order_id"]
            number = int(order_id[1:].split("-")[0])
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            return None
        ours = f"o{number:06d}-{self._sign(number)}" if 0 <= number < self._next else ""
        return (
            order_id
            if isinstance(order_id, str) and hmac.compare_digest(order_id.encode(), ours.encode())
            else None
        )

    def _sign(self, number: int) -> str:
        return hmac.new(self._key, str(number).encode(), hashlib.sha256).hexdigest()[
            :SIGNATURE_CHARS
        ]
