"""The rules in force: added and removed while traffic flows, and remembered after."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from judge.inside.tap.exchanges import Exchange
from judge.inside.tap.rules.blackhole import Blackhole
from judge.inside.tap.rules.delay import Delay
from judge.inside.tap.rules.drop import DropRequest, DropResponse
from judge.inside.tap.rules.hold import HoldRequest, HoldResponse
from judge.inside.tap.rules.hold_error import HoldError
from judge.inside.tap.rules.matching import Knowledge
from judge.inside.tap.rules.options import BadRuleError, Options
from judge.inside.tap.rules.refuse import Refuse
from judge.inside.tap.rules.reset import Reset, ResetAfterAppend, ResetBeforeBroker
from judge.inside.tap.rules.rewrite_response import RewriteResponse
from judge.inside.tap.seam import Doors, Line, Rule, Wire

MOST_RULES = 1000
"""In the life of one tap, those that were removed included: their states are kept."""

_ALL = (
    RewriteResponse, HoldError, DropRequest, DropResponse, HoldRequest, HoldResponse,
    ResetBeforeBroker, ResetAfterAppend, Reset, Delay, Blackhole, Refuse,
)  # fmt: skip

KINDS: Mapping[str, Callable[[Options, Knowledge], Rule]] = {kind.name: kind for kind in _ALL}
"""Every rule by the name that a specification gives it."""


class RuleBook:
    """Adds, removes and tells of rules; connections ask it about every frame."""

    def __init__(self, knowledge: Knowledge, doors: Doors) -> None:
        self._knowledge, self._doors = knowledge, doors
        self._known: dict[str, Rule] = {}
        self._active: dict[str, Rule] = {}
        self.apis: frozenset[int] = frozenset()
        """The APIs whose frames must be collected whole."""

    def add(self, spec: Mapping[str, Any]) -> str:
        """Put a rule in force; return its id. Raises BadRuleError."""
        options = Options(spec)
        if options.rule not in KINDS:
            known = ", ".join(sorted(KINDS))
            raise BadRuleError(f"The tap has no rule {options.rule!r}. It has {known}.")
        if len(self._known) >= MOST_RULES:
            raise BadRuleError(f"The tap takes {MOST_RULES} rules in its life.")
        rule = KINDS[options.rule](options, self._knowledge)
        options.finish()
        rule.begin(self._doors)
        rule_id = f"{options.rule}-{len(self._known) + 1}"
        self._known[rule_id] = self._active[rule_id] = rule
        self._refresh()
        if rule.lasts_s is not None:
            self._doors.after(rule.lasts_s, partial(self.remove, rule_id))
        return rule_id

    def remove(self, rule_id: str) -> None:
        """End a rule and release what it holds; harmless the second time. Raises BadRuleError."""
        self._rule(rule_id)
        rule = self._active.pop(rule_id, None)
        if rule is not None:
            self._refresh()
            rule.end(self._doors)

    def state(self, rule_id: str) -> dict[str, Any]:
        """What a rule has done, also after its removal. Raises BadRuleError."""
        return self._rule(rule_id).state()

    def request(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Whether some rule took the request."""
        return any(
            exchange.api in rule.apis and rule.request(wire, exchange, frame)
            for rule in list(self._active.values())
        )

    def response(self, wire: Wire, exchange: Exchange, frame: memoryview) -> bool:
        """Whether some rule took the response."""
        return any(
            exchange.api in rule.apis and rule.response(wire, exchange, frame)
            for rule in list(self._active.values())
        )

    def meet(self, line: Line) -> None:
        """Show a connection to every rule."""
        for rule in list(self._active.values()):
            rule.meet(line)

    def _rule(self, rule_id: str) -> Rule:
        if rule_id not in self._known:
            raise BadRuleError(f"The tap knows no rule with the id {rule_id!r}.")
        return self._known[rule_id]

    def _refresh(self) -> None:
        self.apis = frozenset().union(*(rule.apis for rule in self._active.values()))
