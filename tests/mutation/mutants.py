"""Makes mutants of a module: each is the module with one small thing changed.

Not changed are texts, docstrings and annotations: a word in a sentence for people is no logic.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

COMPARED = {
    ast.Lt: (ast.LtE, ast.Gt),
    ast.LtE: (ast.Lt,),
    ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt,),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
COUNTED = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
}  # fmt: skip
NAMED = {"min": "max", "max": "min", "any": "all", "all": "any", "bisect_left": "bisect_right",
         "bisect_right": "bisect_left"}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change: where, what it says now, the line it is in, and how to make the module."""

    line: int
    was: str
    now: str
    text: str
    make: Callable[[], ast.Module]

    @property
    def name(self) -> str:
        """What changed, without the line, which moves."""
        return f"{self.was} -> {self.now}"

    @property
    def placed(self) -> str:
        """The name with the line's own words, for a change that can be made at several places."""
        return f"{self.name} in: {self.text}"


def mutants(source: str) -> Iterator[Mutant]:
    """Every mutant of the module, in the order of its lines."""
    tree, lines = ast.parse(source), source.splitlines()
    skipped = set(_not_logic(tree))
    for number, node in enumerate(list(ast.walk(tree))):
        if id(node) in skipped:
            continue
        for changed in _changes(node):
            text = lines[node.lineno - 1].strip()
            make = partial(_made, tree, number, node, changed)
            yield Mutant(node.lineno, _short(node), _short(changed), text, make)


def _made(tree: ast.Module, number: int, node: ast.AST, changed: ast.AST) -> ast.Module:
    whole = copy.deepcopy(tree)
    # The walk visits a copy in the same order.
    target = next(each for n, each in enumerate(ast.walk(whole)) if n == number)
    target.__class__ = changed.__class__
    target.__dict__.clear()
    target.__dict__.update(copy.deepcopy(changed).__dict__)
    ast.copy_location(target, node)
    ast.fix_missing_locations(whole)
    return whole


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split())[:90]


def _changes(node: ast.AST) -> Iterator[ast.AST]:  # noqa: C901  (a table, in fact)
    match node:
        case ast.Compare(ops=[op]):
            for other in COMPARED.get(type(op), ()):
                yield ast.Compare(node.left, [other()], node.comparators)
        case ast.Compare(ops=[_, _]):
            for n in (0, 1):
                for other in COMPARED.get(type(node.ops[n]), ()):
                    ops = [other() if at == n else op for at, op in enumerate(node.ops)]
                    yield ast.Compare(node.left, ops, node.comparators)
        case ast.BoolOp(op=op):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
            for n in range(len(node.values)):
                left = [value for at, value in enumerate(node.values) if at != n]
                yield ast.BoolOp(op, left) if len(left) > 1 else left[0]
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.UnaryOp(op=ast.USub()):
            yield node.operand
        case ast.BinOp(op=op) if type(op) in COUNTED:
            yield ast.BinOp(node.left, COUNTED[type(op)](), node.right)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() | float() as value):
            yield ast.Constant(value + 1)
        case ast.IfExp():
            yield node.body
            yield node.orelse
        case ast.If() | ast.While():
            if not isinstance(node.test, ast.Constant):
                yield type(node)(ast.Constant(False), node.body, node.orelse)
        case ast.Name(id=name, ctx=ast.Load()) if name in NAMED:
            yield ast.Name(NAMED[name], ast.Load())
        case ast.Continue():
            yield ast.Break()
        case ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.AugAssign():
            yield ast.Pass()


def _not_logic(tree: ast.AST) -> Iterator[int]:
    """Ids of nodes in annotations, formatting, type aliases and the sizes of cut texts."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.AnnAssign | ast.arg):
            parts = [node.annotation]
        elif isinstance(node, ast.FunctionDef):
            parts = [node.returns]
        elif isinstance(node, ast.FormattedValue):
            parts = [node.format_spec]
        elif isinstance(node, ast.Call) and _is_dataclass(node):
            parts = [node]
        elif isinstance(node, ast.Assign) and _is_alias(node):
            parts = [node.value]
        yield from (id(each) for part in parts if part for each in ast.walk(part))


def _is_dataclass(node: ast.Call) -> bool:
    return isinstance(node.func, ast.Name) and node.func.id == "dataclass"


def _is_alias(node: ast.Assign) -> bool:
    """Whether it names a type: `Moment = tuple[float, str]`, `Group = str | int`."""
    target = node.targets[0]
    plain = isinstance(target, ast.Name) and target.id[:1].isupper() and not target.id.isupper()
    return plain and isinstance(node.value, ast.Subscript | ast.BinOp)
