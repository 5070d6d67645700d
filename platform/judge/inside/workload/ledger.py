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
        self._ids: list[str] = []
        self._lines: dict[bytes, str] = {}
        self._handed: list[bytes] = []

    def draw(self) -> Order:
        """The next order. Not thread-safe: one feed draws."""
        number = len(self._ids)
        order_id = f"o{number:06d}-{self._sign(number)}"
        customer = self._random.choice(self._customers)
        body = {
            "order_id": order_id,
            "customer": customer,
            "amount_cents": self._random.randrange(100, 99_999),
            "placed_at": f"02:{number // 3600 % 60:02d}:{number // 60 % 60:02d}.{number % 60:03d}",
        }
        line = json.dumps(body, separators=(",", ":"))
        self._ids.append(order_id)
        encoded = line.encode()
        self._handed.append(encoded)
        self._lines[encoded] = order_id
        return Order(order_id, customer, line)

    def id_of(self, value: bytes | None) -> str | None:
        """The id in a record's value when it is one of ours, else None."""
        # Most programs pass the line on as it came, and every record is looked at twice.
        if value is not None and (known := self._lines.get(value)) is not None:
            return known
        try:
            order_id = json.loads(value or b"")["order_id"]
            number = int(order_id[1:].split("-")[0])
        except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError):
            return None
        ours = self._ids[number] if 0 <= number < len(self._ids) else None
        return ours if ours == order_id else None

    def keeps(self, order_id: str, key: bytes | None, value: bytes) -> bool:
        """Whether a record with this id of ours still says all that was handed.

        It must have the order's customer for its key and each field as it was; it may have more.
        """
        handed = json.loads(self._handed[int(order_id[1:].split("-")[0])])
        if key != handed["customer"].encode():
            return False
        return value in self._lines or handed.items() <= json.loads(value).items()

    def _sign(self, number: int) -> str:
        return hmac.new(self._key, str(number).encode(), hashlib.sha256).hexdigest()[
            :SIGNATURE_CHARS
        ]
