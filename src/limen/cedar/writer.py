"""One Cedar expression as a Python expression: the part of the compiler that must know both languages.

Every expression is written together with the type it surely has, so that a check is made once and only where the type
is not known. `test` gives a condition, `typed` a value of a wanted type, `boxed` a value that carries its own type.
"""

from __future__ import annotations

import ast
from typing import Final, Literal as OneOf, TypeAlias

from limen.cedar import python_syntax as py
from limen.cedar.literals import DAY
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
    constant,
)
from limen.cedar.values import (
    LONG_MAX,
    LONG_MIN,
    CedarSet,
    Datetime,
    Decimal,
    Duration,
    EntityUid,
    IpRange,
)

Kind: TypeAlias = OneOf["bool", "long", "string", "entity", "set", "record", "datetime", "duration", "decimal", "ip"]
Code: TypeAlias = "tuple[ast.expr, Kind | None]"
"""An expression and the type it surely has. A datetime or duration may then be a plain int of milliseconds."""

_PYTHON_TYPES: Final[dict[Kind, type]] = {
    "long": int,
    "string": str,
    "entity": EntityUid,
    "set": CedarSet,
    "datetime": Datetime,
    "duration": Duration,
    "decimal": Decimal,
    "ip": IpRange,
}
_KINDS: Final[dict[type, Kind]] = {
    bool: "bool",
    dict: "record",
    **{kind: name for name, kind in _PYTHON_TYPES.items()},
}
_RESULTS: Final[dict[str, Kind]] = {
    "offset": "datetime",
    "toDate": "datetime",
    "durationSince": "duration",
    "toTime": "duration",
    "toMilliseconds": "long",
    "toSeconds": "long",
    "toMinutes": "long",
    "toHours": "long",
    "toDays": "long",
}
_MILLISECONDS: Final = {
    "toMilliseconds": 1,
    "toSeconds": 1000,
    "toMinutes": 60_000,
    "toHours": 3_600_000,
    "toDays": DAY,
}
_ORDERS: Final[dict[str, type[ast.cmpop]]] = {"<": ast.Lt, "<=": ast.LtE, ">": ast.Gt, ">=": ast.GtE}
_DECIMAL_ORDERS: Final[dict[str, type[ast.cmpop]]] = {
    "lessThan": ast.Lt,
    "lessThanOrEqual": ast.LtE,
    "greaterThan": ast.Gt,
    "greaterThanOrEqual": ast.GtE,
}
_ARITHMETIC: Final[dict[str, type[ast.operator]]] = {"+": ast.Add, "-": ast.Sub, "*": ast.Mult}


def _boxed(code: Code) -> ast.expr:
    return py.call(_PYTHON_TYPES[code[1]].__name__, code[0]) if code[1] in {"datetime", "duration"} else code[0]


def _where() -> list[ast.expr]:
    return [py.name(name) for name in ("principal", "action", "resource", "entities")]


class Writer:
    """Writes expressions of one function; keeps the constants and the names of temporaries it needs."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self._names: dict[object, str] = {}
        self._temporaries = 0

    # -- a condition: surely True or False, or it raises

    def test(self, node: Expression) -> ast.expr:
        match node:
            case And(operands):
                return py.both(*[self.test(operand) for operand in operands])
            case Or(operands):
                return py.either(*[self.test(operand) for operand in operands])
            case Not(operand):
                return py.negated(self.test(operand))
        code, kind = self.value(node)
        if kind is not None:
            return code if kind == "bool" else py.call("doubt")
        keep, again = self._keep(code)
        unlike = py.both(py.compare(again, ast.IsNot, py.constant(False)), py.call("doubt"))
        return py.either(py.compare(keep, ast.Is, py.constant(True)), unlike)

    # -- a value of a type that must be right, or it raises

    def typed(self, node: Expression, kind: Kind) -> ast.expr:
        return self._ensure(self.value(node), kind)

    def _ensure(self, code: Code, kind: Kind) -> ast.expr:
        if code[1] == kind:
            return code[0]
        if code[1] is not None:
            return py.call("doubt")
        keep, again = self._keep(code[0])
        return py.choose(self._has_type(keep, kind), again)

    def _has_type(self, code: ast.expr, kind: Kind) -> ast.expr:
        return py.compare(py.call("type", code), ast.Is, py.name(_PYTHON_TYPES[kind].__name__))

    # -- any value

    def boxed(self, node: Expression) -> ast.expr:
        """A value that carries its own type, for whatever can't know it."""
        return _boxed(self.value(node))

    def value(self, node: Expression) -> Code:  # noqa: C901, PLR0911, PLR0912 -- one arm for each kind of node
        match node:
            case Literal(value):
                return self._constant(value), _KINDS[type(value)]
            case Var("context"):
                return py.name("context"), "record"
            case Var(name):
                return py.field(py.name(name), "uid"), "entity"
            case Attribute(base, name):
                return self._attribute(base, name), None
            case And() | Or() | Not():
                return self.test(node), "bool"
            case Binary("==", left, right):
                return self._equal(left, right), "bool"
            case Binary("!=", left, right):
                return py.negated(self._equal(left, right)), "bool"
            case Binary("<" | "<=" | ">" | ">=" as operator, left, right):
                return self._ordered(operator, left, right), "bool"
            case Binary("+" | "-" | "*" as operator, left, right):
                return self._arithmetic(operator, self.typed(left, "long"), self.typed(right, "long")), "long"
            case Binary("in", left, right):
                return self._in(left, right), "bool"
            case Binary("contains", left, right):
                return self._contains(left, right), "bool"
            case Binary("containsAll" | "containsAny" as operator, left, right):
                return self._sets(operator, left, right), "bool"
            case Binary("hasTag" | "getTag" as operator, left, right):
                return self._tag(operator, left, right)
            case Has(base, name):
                return self._has(base, name), "bool"
            case Is(operand, entity_type, group):
                return self._is(operand, entity_type, group), "bool"
            case Like(operand, pattern):
                return self._like(operand, pattern), "bool"
            case Call(name, arguments):
                return self._extension(node, name, arguments)
            case If(test, then, otherwise):
                return self._choice(test, then, otherwise)
            case Negate(operand):
                keep, again = self._keep(ast.UnaryOp(ast.USub(), self.typed(operand, "long"), **py.AT))
                return py.choose(py.compare(keep, ast.LtE, py.constant(LONG_MAX)), again), "long"
            case IsEmpty(operand):
                return py.negated(py.field(self.typed(operand, "set"), "items")), "bool"
            case SetOf(items):
                return py.call("CedarSet", ast.Tuple([self.boxed(item) for item in items], py.LOAD, **py.AT)), "set"
            case RecordOf(fields):
                names = [py.constant(name) for name, _ in fields]
                return ast.Dict([*names], [self.boxed(item) for _, item in fields], **py.AT), "record"
        raise AssertionError(node)

    def _attribute(self, base: Expression, name: str) -> ast.expr:
        if isinstance(base, Var):
            return py.item(
                py.name("context") if base.name == "context" else py.field(py.name(base.name), "attrs"), name
            )
        code, kind = self.value(base)
        if kind == "record" or (kind is None and _is_in_context(base)):
            # Nothing but a record has text subscripts, so a mistaken guess raises.
            return py.item(code, name)
        if kind not in {None, "entity"}:
            return py.call("doubt")
        keep, again = self._keep(code)
        is_record = py.compare(py.call("type", keep), ast.Is, py.name("dict"))
        return py.choose(is_record, py.item(again, name), py.call("attribute", again, py.constant(name), *_where()))

    def _has(self, base: Expression, name: str) -> ast.expr:
        if isinstance(base, Var):
            record = py.name("context") if base.name == "context" else py.field(py.name(base.name), "attrs")
            return py.compare(py.constant(name), ast.In, record)
        keep, again = self._keep(self.boxed(base))
        is_record = py.compare(py.call("type", keep), ast.Is, py.name("dict"))
        found = py.compare(py.constant(name), ast.In, again)
        return py.choose(is_record, found, py.call("has", again, py.constant(name), *_where()))

    def _equal(self, left: Expression, right: Expression) -> ast.expr:
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right = right, left
        one = code, kind = self.value(left)
        if isinstance(right, Literal):
            wanted = right.value
            if type(wanted) is bool and kind in {None, "bool"}:
                return py.compare(code, ast.Is, py.constant(wanted))
            if kind is None and type(wanted) is int and wanted in {0, 1}:
                keep, again = self._keep(code)
                return py.both(self._has_type(keep, "long"), py.compare(again, ast.Eq, py.constant(wanted)))
            if (kind is None and type(wanted) is not bool) or kind == _KINDS[type(wanted)]:
                return py.compare(code, ast.Eq, self._constant(wanted))
        other = self.value(right)
        if kind == other[1] and kind in {"bool", "long", "string", "entity", "datetime", "duration"}:
            return py.compare(code, ast.Eq, other[0])
        return py.call("equal", _boxed(one), _boxed(other))

    def _ordered(self, operator: str, left: Expression, right: Expression) -> ast.expr:
        one, other = self.value(left), self.value(right)
        kind = one[1] or other[1]
        if kind is None:
            keep_left, left_again = self._keep(one[0])
            keep_right, right_again = self._keep(other[0])
            alike = ast.Compare(
                py.call("type", keep_left),
                [ast.Is(), ast.In()],
                [py.call("type", keep_right), self._constant(frozenset({int, Datetime, Duration}))],
                **py.AT,
            )
            return py.choose(alike, py.compare(left_again, _ORDERS[operator], right_again))
        if kind not in {"long", "datetime", "duration"}:
            return py.call("doubt")
        return py.compare(self._ensure(one, kind), _ORDERS[operator], self._ensure(other, kind))

    def _arithmetic(self, operator: str, left: ast.expr, right: ast.expr) -> ast.expr:
        keep, again = self._keep(ast.BinOp(left, _ARITHMETIC[operator](), right, **py.AT))
        return py.choose(py.between(LONG_MIN, keep, LONG_MAX), again)

    def _in(self, left: Expression, right: Expression) -> ast.expr:
        named = _entities_of(right)
        if isinstance(left, Var) and left.name != "context" and named is not None:
            uid, ancestors = py.field(py.name(left.name), "uid"), py.field(py.name(left.name), "ancestors")
            if len(named) == 1:
                (only,) = named
                return py.either(
                    py.compare(self._constant(only), ast.In, ancestors), py.compare(uid, ast.Eq, self._constant(only))
                )
            among = self._constant(named)
            disjoint = ast.Call(py.field(ancestors, "isdisjoint"), [among], [], **py.AT)
            return py.either(py.compare(uid, ast.In, among), py.negated(disjoint))
        return py.call("is_in", self.boxed(left), self.boxed(right), *_where())

    def _contains(self, left: Expression, right: Expression) -> ast.expr:
        members = _plain_members(left)
        if members is not None:
            return py.compare(self.boxed(right), ast.In, self._constant(members))
        if isinstance(right, Literal) and type(right.value) in {str, EntityUid}:
            keys = py.field(self.typed(left, "set"), "keys")
            return py.compare(self._constant(right.value), ast.In, keys)
        return py.compare(self._key(right), ast.In, py.field(self.typed(left, "set"), "keys"))

    def _key(self, node: Expression) -> ast.expr:
        return py.call("key", self.boxed(node))

    def _sets(self, operator: str, left: Expression, right: Expression) -> ast.expr:
        one, other = py.field(self.typed(left, "set"), "keys"), py.field(self.typed(right, "set"), "keys")
        if operator == "containsAll":
            return py.compare(one, ast.GtE, other)
        return py.negated(ast.Call(py.field(one, "isdisjoint"), [other], [], **py.AT))

    def _tag(self, operator: str, left: Expression, right: Expression) -> Code:
        kind: Kind | None = "bool" if operator == "hasTag" else None
        if isinstance(left, Var) and left.name != "context":
            tags, name = py.field(py.name(left.name), "tags"), self.typed(right, "string")
            if kind == "bool":
                return py.compare(name, ast.In, tags), kind
            return ast.Subscript(tags, name, py.LOAD, **py.AT), kind
        function = "has_tag" if kind == "bool" else "get_tag"
        return py.call(function, self.boxed(left), self.boxed(right), *_where()), kind

    def _is(self, operand: Expression, entity_type: str, group: Expression | None) -> ast.expr:
        if group is None or isinstance(operand, Var):
            uid = self.typed(operand, "entity")
            matches = py.compare(ast.Subscript(uid, py.constant(0), py.LOAD, **py.AT), ast.Eq, py.constant(entity_type))
            return matches if group is None else py.both(matches, self._in(operand, group))
        keep, again = self._keep(self.typed(operand, "entity"))
        matches = py.compare(ast.Subscript(keep, py.constant(0), py.LOAD, **py.AT), ast.Eq, py.constant(entity_type))
        return py.both(matches, py.call("is_in", again, self.boxed(group), *_where()))

    def _like(self, operand: Expression, pattern: tuple[str | None, ...]) -> ast.expr:
        text = self.typed(operand, "string")
        match pattern:
            case (str(start), None):
                return ast.Call(py.field(text, "startswith"), [py.constant(start)], [], **py.AT)
            case (None, str(end)):
                return ast.Call(py.field(text, "endswith"), [py.constant(end)], [], **py.AT)
        return py.call("like", text, self._constant(pattern))

    def _choice(self, test: Expression, then: Expression, otherwise: Expression) -> Code:
        one, other = self.value(then), self.value(otherwise)
        if one[1] == other[1]:
            return py.choose(self.test(test), one[0], other[0]), one[1]
        return py.choose(self.test(test), _boxed(one), _boxed(other)), None

    def _extension(self, node: Call, name: str, arguments: tuple[Expression, ...]) -> Code:
        if node.misfit:
            return py.call("doubt"), None
        value = constant(node)
        if value is not None:
            kind = _KINDS[type(value)]
            if isinstance(value, Datetime | Duration):
                return py.constant(int(value)), kind
            return self._constant(value), kind
        if name not in METHODS:
            construct: Code = (py.call("construct", py.constant(name), self.boxed(arguments[0])), _CONSTRUCTED[name])
            return construct
        if name in _DECIMAL_ORDERS:
            left, right = self.typed(arguments[0], "decimal"), self.typed(arguments[1], "decimal")
            return py.compare(left, _DECIMAL_ORDERS[name], right), "bool"
        if name in _RESULTS:
            return self._moment(name, arguments), _RESULTS[name]
        return self._address(name, arguments), "bool"

    def _moment(self, name: str, arguments: tuple[Expression, ...]) -> ast.expr:
        if name == "offset":
            left, right = self.typed(arguments[0], "datetime"), self.typed(arguments[1], "duration")
            return self._arithmetic("+", left, right)
        if name == "durationSince":
            left, right = self.typed(arguments[0], "datetime"), self.typed(arguments[1], "datetime")
            return self._arithmetic("-", left, right)
        if name == "toTime":
            return ast.BinOp(self.typed(arguments[0], "datetime"), ast.Mod(), py.constant(DAY), **py.AT)
        if name == "toDate":
            days = ast.BinOp(self.typed(arguments[0], "datetime"), ast.FloorDiv(), py.constant(DAY), **py.AT)
            return self._arithmetic("*", days, py.constant(DAY))
        return py.call("quotient", self.typed(arguments[0], "duration"), py.constant(_MILLISECONDS[name]))

    def _address(self, name: str, arguments: tuple[Expression, ...]) -> ast.expr:
        address = self.typed(arguments[0], "ip")
        if name == "isInRange":
            outer = constant(arguments[1]) if isinstance(arguments[1], Call) else None
            if not isinstance(outer, IpRange):
                return py.call("in_range", address, self.typed(arguments[1], "ip"))
            keep, again = self._keep(address)
            return py.both(
                py.compare(py.field(keep, "version"), ast.Eq, py.constant(outer.version)),
                py.compare(py.field(again, "prefix"), ast.GtE, py.constant(outer.prefix)),
                py.between(outer.first, py.field(again, "address"), outer.last),
            )
        if name in {"isIpv4", "isIpv6"}:
            return py.compare(py.field(address, "version"), ast.Eq, py.constant(4 if name == "isIpv4" else 6))
        return py.call(name, address)

    def _keep(self, code: ast.expr) -> tuple[ast.expr, ast.expr]:
        """The expression, stored as it is evaluated, and a way to read it again."""
        if isinstance(code, ast.Constant | ast.Name):
            return code, code
        self._temporaries += 1
        name = f"t{self._temporaries}"
        return ast.NamedExpr(ast.Name(name, py.STORE, **py.AT), code, **py.AT), py.name(name)

    def _constant(self, value: object) -> ast.expr:
        """Python's compiler takes plain literals; the rest becomes a global of the function."""
        if type(value) in {bool, int, str}:
            return py.constant(value)
        lookup = (type(value), value)
        if lookup not in self._names:
            name = f"c{len(self._names)}"
            self._names[lookup] = name
            self.constants[name] = value
        return py.name(self._names[lookup])


_CONSTRUCTED: Final[dict[str, Kind]] = {
    "ip": "ip",
    "decimal": "decimal",
    "datetime": "datetime",
    "duration": "duration",
}


def _is_in_context(node: Expression) -> bool:
    while isinstance(node, Attribute):
        node = node.base
    return node == Var("context")


def _entities_of(node: Expression) -> frozenset[EntityUid] | None:
    """The entities that the right side of `in` names outright."""
    parts = node.items if isinstance(node, SetOf) else (node,)
    named = [part.value for part in parts if isinstance(part, Literal) and isinstance(part.value, EntityUid)]
    return frozenset(named) if len(named) == len(parts) else None


def _plain_members(node: Expression) -> frozenset[object] | None:
    """The members of a set literal, if Python's equality among them and everything else is Cedar's."""
    if not isinstance(node, SetOf):
        return None
    members = [item.value for item in node.items if isinstance(item, Literal)]
    plain = all(type(one) in {str, EntityUid} or (type(one) is int and one not in {0, 1}) for one in members)
    return frozenset(members) if plain and len(members) == len(node.items) else None
