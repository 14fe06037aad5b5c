"""Python's own syntax nodes, one short function for each form that compiled policies use."""

from __future__ import annotations

import ast
from typing import Any, Final

AT: Final[dict[str, Any]] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
LOAD: Final = ast.Load()
STORE: Final = ast.Store()


def name(identifier: str) -> ast.expr:
    return ast.Name(identifier, LOAD, **AT)


def constant(value: Any) -> ast.expr:
    return ast.Constant(value, **AT)


def field(base: ast.expr, attribute: str) -> ast.expr:
    return ast.Attribute(base, attribute, LOAD, **AT)


def item(base: ast.expr, key: str) -> ast.expr:
    return ast.Subscript(base, constant(key), LOAD, **AT)


def call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(name(function), list(arguments), [], **AT)


def compare(left: ast.expr, operator: type[ast.cmpop], right: ast.expr) -> ast.expr:
    return ast.Compare(left, [operator()], [right], **AT)


def between(low: int, middle: ast.expr, high: int) -> ast.expr:
    return ast.Compare(constant(low), [ast.LtE(), ast.LtE()], [middle, constant(high)], **AT)


def either(*operands: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.Or(), list(operands), **AT)


def both(*operands: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), list(operands), **AT)


def negated(operand: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), operand, **AT)


def choose(test: ast.expr, then: ast.expr, otherwise: ast.expr | None = None) -> ast.expr:
    return ast.IfExp(test, then, call("doubt") if otherwise is None else otherwise, **AT)


def append(to: str, position: int) -> ast.stmt:
    return ast.Expr(ast.Call(field(name(to), "append"), [constant(position)], [], **AT), **AT)
