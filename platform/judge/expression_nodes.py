"""The parts that a condition is built of: each knows its place, its kind and its value."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from judge.expression_tokens import ExpressionError, Token

Look = Callable[[str, float], float]
"""The value of a metric so many milliseconds before the moment that is worked out."""


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a condition: where it begins, whether it is a yes or no, and its value.

    A yes is any number but 0, so that every part has a value of one type.
    """

    at: Token
    yes_no: bool
    work_out: Callable[[Look], float]


def number(node: Node, user: str) -> Node:
    """The node, which `user` wants to be a number. Raises ExpressionError."""
    if node.yes_no:
        raise ExpressionError(node.at, f"begins a yes or no, and {user} wants a number.")
    return node


def yes_no(node: Node, user: str) -> Node:
    """The node, which `user` wants to be a yes or no. Raises ExpressionError."""
    if not node.yes_no:
        raise ExpressionError(
            node.at, f"begins a number, and {user} wants a yes or no.", "Compare it, as in `… > 0`."
        )
    return node


def two(
    work: Callable[[float, float], float],
    left: Callable[[Look], float],
    right: Callable[[Look], float],
) -> Callable[[Look], float]:
    """Work out both sides, then the sign between them."""
    return lambda look: work(left(look), right(look))


def both(
    word: str, left: Callable[[Look], float], right: Callable[[Look], float]
) -> Callable[[Look], float]:
    """`and` or `or`; the right side is left alone where the left one decides."""
    if word == "and":
        return lambda look: left(look) and right(look)
    return lambda look: left(look) or right(look)


def divided(left: float, right: float) -> float:
    """As monitoring systems do it: dividing by nothing gives no error, and no number either."""
    if right == 0:
        return math.nan if left == 0 or math.isnan(left) else math.copysign(math.inf, left)
    return left / right
