"""Reads the condition of an alert rule, a line of arithmetic on metrics, and works it out.

The grammar is small and its own: nothing of what a learner writes is ever Python's to run.

    condition  = and-part { "or" and-part }          not, and, or want a yes or no
    and-part   = not-part { "and" not-part }
    not-part   = "not" not-part | comparison
    comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]
    sum        = product { ( "+" | "-" ) product }   arithmetic wants numbers
    product    = atom { ( "*" | "/" ) atom }
    atom       = number | metric | "-" atom | "(" condition ")" | "max(…)" | "min(…)"
               | "increase(" counter "," seconds ")"
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import partial

from judge.expression_nodes import Look, Node, both, divided, number, two, yes_no
from judge.expression_tokens import ExpressionError, Token, tokens
from judge.nearest import did_you_mean

MAX_DEPTH = 16
"""Parentheses, `not` and `-` in one another: deeper is no rule that anybody could read."""

MAX_WINDOW_S = 600
COUNTER_END = "_total"
"""A metric that only grows, as Prometheus names it; `increase` takes no other."""

_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
_PICK: dict[str, Callable[[list[float]], float]] = {"max": max, "min": min}
_FUNCTIONS = (*_PICK, "increase")


@dataclass(frozen=True, slots=True)
class Expression:
    """A condition that was understood.

    `holds` works it out; `uses` are the metrics it looks at, each with how many milliseconds
    back (0 for now).
    """

    text: str
    holds: Callable[[Look], bool]
    uses: tuple[tuple[str, float], ...]


def read_expression(text: str, metrics: Collection[str]) -> Expression:
    """Understand `text`, which may name any of `metrics`.

    Raises ExpressionError with the position of what is wrong, the rule and the remedy; nothing
    else, whatever the text is.
    """
    reader = _Reader(tokens(text), metrics)
    node = reader.condition(0)
    reader.expect_end()
    if not node.yes_no:
        raise ExpressionError(
            node.at, "is a number and no condition.", "Compare it, as in `… > 0`."
        )
    work_out = node.work_out
    return Expression(text, lambda look: bool(work_out(look)), tuple(sorted(reader.uses)))


class _Reader:
    """Takes the tokens one by one; each method reads one line of the grammar."""

    def __init__(self, found: list[Token], metrics: Collection[str]) -> None:
        self._tokens, self._next, self._metrics = found, 0, metrics
        self.uses: set[tuple[str, float]] = set()

    def condition(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError(self._now, "is nested too deeply.", "Write two rules.")
        return self._joined(depth, "or", partial(self._joined, word="and", part=self._not_part))

    def expect_end(self) -> None:
        if self._now.kind != "end":
            raise ExpressionError(
                self._now, "was not expected here.", "Join conditions by and, or, not."
            )

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> Token | None:
        if self._now.kind in ("word", "sign") and self._now.text in texts:
            self._next += 1
            return self._tokens[self._next - 1]
        return None

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise ExpressionError(self._now, f"stands where a {text} was expected.")

    def _joined(self, depth: int, word: str, part: Callable[[int], Node]) -> Node:
        left = part(depth)
        while self._take(word):
            left, right = yes_no(left, word), yes_no(part(depth), word)
            left = Node(left.at, True, both(word, left.work_out, right.work_out))
        return left

    def _not_part(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError(self._now, "is nested too deeply.", "Write two rules.")
        word = self._take("not")
        if word is None:
            return self._comparison(depth)
        inner = yes_no(self._not_part(depth + 1), "not").work_out
        return Node(word, True, lambda look: not inner(look))

    def _comparison(self, depth: int) -> Node:
        left = self._sum(depth)
        sign = self._take(*_COMPARE)
        if sign is None:
            return left
        left, right = number(left, sign.text), number(self._sum(depth), sign.text)
        if again := self._take(*_COMPARE):
            raise ExpressionError(again, "compares a comparison.", "Write `a < b and b < c`.")
        return Node(left.at, True, two(_COMPARE[sign.text], left.work_out, right.work_out))

    def _sum(self, depth: int) -> Node:
        signs = {"+": operator.add, "-": operator.sub}
        return self._worked(depth, signs, self._product)

    def _product(self, depth: int) -> Node:
        return self._worked(depth, {"*": operator.mul, "/": divided}, self._atom)

    def _worked(
        self,
        depth: int,
        signs: dict[str, Callable[[float, float], float]],
        part: Callable[[int], Node],
    ) -> Node:
        left = part(depth)
        while sign := self._take(*signs):
            left, right = number(left, sign.text), number(part(depth), sign.text)
            work_out = two(signs[sign.text], left.work_out, right.work_out)
            left = Node(left.at, False, work_out)
        return left

    def _atom(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise ExpressionError(self._now, "is nested too deeply.", "Write two rules.")
        at = self._now
        if self._take("("):
            inner = self.condition(depth + 1)
            self._expect(")")
            return inner
        if self._take("-"):
            value = number(self._atom(depth + 1), "-").work_out
            return Node(at, False, lambda look: -value(look))
        self._next += at.kind != "end"
        if at.kind == "number":
            worth = float(at.text)
            return Node(at, False, lambda _look: worth)
        if at.kind == "word" and at.text in _FUNCTIONS:
            return self._call(at, depth)
        if at.kind == "word" and at.text not in ("and", "or", "not"):
            return self._metric(at)
        raise ExpressionError(at, "stands where a number or a metric was expected.")

    def _call(self, at: Token, depth: int) -> Node:
        self._expect("(")
        if at.text == "increase":
            return self._increase(at)
        values = [number(self._sum(depth + 1), at.text).work_out]
        while self._take(","):
            values.append(number(self._sum(depth + 1), at.text).work_out)
        self._expect(")")
        pick = _PICK[at.text]
        return Node(at, False, lambda look: pick([value(look) for value in values]))

    def _increase(self, at: Token) -> Node:
        counter = self._now
        now = self._metric(self._tokens[self._next])
        self._next += 1
        if not counter.text.endswith(COUNTER_END):
            raise ExpressionError(
                counter,
                "goes up and down.",
                f"increase() takes a counter: a name in {COUNTER_END}.",
            )
        self._expect(",")
        window = self._now
        if window.kind != "number" or not 0 < float(window.text) <= MAX_WINDOW_S:
            rule = f"must be a number of seconds above 0, {MAX_WINDOW_S} at most."
            raise ExpressionError(window, rule)
        self._next += 1
        self._expect(")")
        name, back_ms = counter.text, float(window.text) * 1000
        self.uses.add((name, back_ms))
        return Node(at, False, lambda look: now.work_out(look) - look(name, back_ms))

    def _metric(self, at: Token) -> Node:
        name = at.text
        if at.kind != "word" or name not in self._metrics:
            known = f"There are: {', '.join(sorted(self._metrics))}."
            remedy = did_you_mean(name, {*self._metrics, *_FUNCTIONS}, known)
            raise ExpressionError(at, "is no metric.", remedy)
        self.uses.add((name, 0.0))
        return Node(at, False, lambda look: look(name, 0.0))
