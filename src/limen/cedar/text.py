"""Nodes back to Cedar source text, with as few brackets as Cedar's grammar allows; parsing it gives the same nodes."""

from __future__ import annotations

import re
from typing import Final

from limen.cedar.errors import ParseError
from limen.cedar.literals import (
    format_datetime,
    format_decimal,
    format_duration,
    format_ip,
    has_text,
)
from limen.cedar.policies import Policy, PolicySet, Scope
from limen.cedar.tree import (
    METHODS,
    And,
    Attribute,
    Binary,
    Call,
    Expression,
    Has,
    If,
    Is,
    IsEmpty,
    Like,
    Literal,
    Negate,
    Not,
    Or,
    RecordOf,
    SetOf,
    Var,
)
from limen.cedar.values import CedarSet, Datetime, Decimal, Duration, EntityUid, IpRange, Value

_IDENTIFIER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED: Final = frozenset(
    {"true", "false", "if", "then", "else", "in", "is", "like", "has", "__cedar"},
)
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\0": "\\0"}
_UNESCAPE: Final = re.compile(r"\\(?:u\{([0-9A-Fa-f_]{1,8})\}|x([0-7][0-9A-Fa-f])|(.))", re.DOTALL)
_SIMPLE: Final = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "\\": "\\", '"': '"', "'": "'"}

# How tightly each form binds, loosest first, as in Cedar's grammar.
_IF, _OR, _AND, _RELATION, _ADD, _MULTIPLY, _UNARY, _MEMBER = range(8)
_METHOD_OPERATORS: Final = frozenset({"contains", "containsAll", "containsAny", "hasTag", "getTag"})
_MOST_UNARY: Final = 4
"""Cedar's grammar takes at most four `!` or `-` in a row; further ones need brackets."""


def policies_text(policies: PolicySet) -> str:
    return "\n\n".join(policy_text(policy) for policy in policies) + "\n"


def policy_text(policy: Policy) -> str:
    """A whole policy, annotations first, one condition a line."""
    lines = [f"@{name}({quoted(text)})" if text else f"@{name}" for name, text in policy.annotations.items()]
    scopes = ", ".join(scope_text(name, getattr(policy, name)) for name in ("principal", "action", "resource"))
    lines.append(f"{policy.effect} ({scopes})")
    lines += [f"{condition.kind} {{ {expression_text(condition.body)} }}" for condition in policy.conditions]
    return "\n".join(lines) + ";"


def scope_text(variable: str, scope: Scope) -> str:
    """One of the three scope lines, for instance `principal in Group::"staff"`."""
    line = variable if scope.type is None else f"{variable} is {scope.type}"
    if scope.entities is None:
        return line
    named = [uid_text(uid) for uid in scope.entities]
    target = f"[{', '.join(named)}]" if scope.is_list else named[0]
    return f"{line} {'==' if scope.equal else 'in'} {target}"


def expression_text(node: Expression) -> str:
    return _written(node, _IF)


def uid_text(uid: EntityUid) -> str:
    return f"{uid.type}::{quoted(uid.id)}"


def quoted(text: str) -> str:
    return '"' + "".join(_escaped(char) for char in text) + '"'


def unescape(text: str) -> str:
    """The inside of a Cedar string literal to what it means. Raises `ParseError` for an escape Cedar doesn't know."""

    def meaning(match: re.Match[str]) -> str:
        code = match[1] or match[2]
        if code is not None:
            return chr(int(code.replace("_", ""), 16))
        if match[3] not in _SIMPLE:
            raise ParseError(f"the escape `\\{match[3]}` is not one of Cedar's")
        return _SIMPLE[match[3]]

    return _UNESCAPE.sub(meaning, text)


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else f"\\u{{{ord(char):x}}}"


def _written(node: Expression, loosest: int) -> str:
    """The text, in brackets if it binds more loosely than its place allows."""
    text, binding = _form(node)
    return text if binding >= loosest else f"({text})"


def _form(node: Expression) -> tuple[str, int]:  # noqa: C901, PLR0911, PLR0912 -- one arm for each kind of node
    match node:
        case Literal(bool() as truth):
            return ("true" if truth else "false"), _MEMBER
        case Literal(int() as number):
            return str(number), _MEMBER if number >= 0 else _UNARY
        case Literal(EntityUid() as uid):
            return uid_text(uid), _MEMBER
        case Literal(str() as text):
            return quoted(text), _MEMBER
        case Var(name):
            return name, _MEMBER
        case Attribute(base, name):
            inner = _written(base, _MEMBER)
            return (f"{inner}.{name}" if _is_identifier(name) else f"{inner}[{quoted(name)}]"), _MEMBER
        case Has(base, name):
            shown = name if _is_identifier(name) else quoted(name)
            return f"{_written(base, _ADD)} has {shown}", _RELATION
        case And(operands):
            return " && ".join(_written(operand, _RELATION) for operand in operands), _AND
        case Or(operands):
            return " || ".join(_written(operand, _AND) for operand in operands), _OR
        case Not() | Negate():
            return _unary(node), _UNARY
        case Binary(operator, left, right) if operator in _METHOD_OPERATORS:
            return f"{_written(left, _MEMBER)}.{operator}({expression_text(right)})", _MEMBER
        case Binary("+" | "-" as operator, left, right):
            return f"{_written(left, _ADD)} {operator} {_written(right, _MULTIPLY)}", _ADD
        case Binary("*", left, right):
            return f"{_written(left, _MULTIPLY)} * {_written(right, _UNARY)}", _MULTIPLY
        case Binary(operator, left, right):
            return f"{_written(left, _ADD)} {operator} {_written(right, _ADD)}", _RELATION
        case If(test, then, otherwise):
            parts = [expression_text(part) for part in (test, then, otherwise)]
            return "if {} then {} else {}".format(*parts), _IF
        case Is(operand, entity_type, group):
            tail = "" if group is None else f" in {_written(group, _ADD)}"
            return f"{_written(operand, _ADD)} is {entity_type}{tail}", _RELATION
        case Like(operand, pattern):
            return f"{_written(operand, _ADD)} like {pattern_text(pattern)}", _RELATION
        case SetOf(items):
            return "[" + ", ".join(expression_text(item) for item in items) + "]", _MEMBER
        case RecordOf(fields):
            inside = ", ".join(f"{_key(name)}: {expression_text(item)}" for name, item in fields)
            return "{" + inside + "}", _MEMBER
        case IsEmpty(operand):
            return f"{_written(operand, _MEMBER)}.isEmpty()", _MEMBER
        case Call(name, (receiver, *rest)) if name in METHODS:
            inside = ", ".join(expression_text(argument) for argument in rest)
            return f"{_written(receiver, _MEMBER)}.{name}({inside})", _MEMBER
        case Call(name, arguments):
            return f"{name}({', '.join(expression_text(argument) for argument in arguments)})", _MEMBER
    raise AssertionError(node)


def pattern_text(pattern: tuple[str | None, ...]) -> str:
    parts = ["*" if part is None else quoted(part)[1:-1].replace("*", "\\*") for part in pattern]
    return f'"{"".join(parts)}"'


def _unary(node: Not | Negate) -> str:
    """`!!x`, `-x`; a minus before a number would be read as part of it, so that number goes into brackets."""
    sign, inner = ("!", node.operand) if isinstance(node, Not) else ("-", node.operand)
    run = 1
    while isinstance(inner, type(node)) and run < _MOST_UNARY:
        run, inner = run + 1, inner.operand
    if isinstance(inner, Literal) and type(inner.value) is int:
        return f"{sign * run}({inner.value})"
    return sign * run + _written(inner, _MEMBER)


def _key(name: str) -> str:
    return name if _is_identifier(name) else quoted(name)


def _is_identifier(name: str) -> bool:
    return _IDENTIFIER.fullmatch(name) is not None and name not in _RESERVED


def value_text(value: Value) -> str:
    """A value as one would write it in a policy: `"DE"`, `3`, `Group::"staff"`, `datetime("2026-11-24")`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Datetime):
        return f'datetime("{format_datetime(value)}")' if has_text(value) else f"{int(value)} ms after 1970-01-01"
    if isinstance(value, Duration):
        return f'duration("{format_duration(value)}")'
    if isinstance(value, Decimal):
        return f'decimal("{format_decimal(value)}")'
    if isinstance(value, IpRange):
        return f'ip("{format_ip(value)}")'
    if isinstance(value, EntityUid):
        return uid_text(value)
    if isinstance(value, CedarSet):
        return "[" + ", ".join(value_text(item) for item in value.items) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(name)}: {value_text(item)}" for name, item in value.items()) + "}"
    return quoted(value) if isinstance(value, str) else str(value)
