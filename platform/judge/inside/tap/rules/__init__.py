"""Faults on the program's side, each a rule that takes frames or connections out of the flow.

    book      adds, removes and names the rules in force
    options   reads a rule's specification, and says what is wrong with it
    matching  whether a frame is one that the rule is meant for
    firing    how often a rule fires, and what it did each time

Every other module is one kind of rule. A rule that never fired is no fault: whoever added it
must ask for its state and must not judge the run when `fired` is 0.
"""

from judge.inside.tap.rules.book import RuleBook
from judge.inside.tap.rules.options import BadRuleError

__all__ = ["BadRuleError", "RuleBook"]
