"""Policies compiled to Python functions, by way of the `ast` module: nodes and constants, never text.

One function holds the conditions of several policies, in a straight line:

    def slice(principal, action, resource, context, entities, permits, forbids, doubts):
        try:
            if context["auth"]["strength"] >= 3: permits.append(17)
        except Exception: doubts.append(17)

The compiled code is right only about what is usual: an attribute is there, a number is a number. Whatever else turns up
makes it raise, the policy lands in `doubts`, and `interpret` settles it exactly. So compiled code may give up at any
time, but it must never answer differently; `tests/laws` hold both against Cedar itself.

What Python would get wrong is guarded where it is compiled: `True == 1`, `True >= 1`, `"a" in "abc"`, ints without end.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from types import FunctionType
from typing import Any, Final, Literal as OneOf, NoReturn, TypeAlias

from limen.cedar import interpret, operators
from limen.cedar.literals import DAY
from limen.cedar.policies import Policy
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
    Entity,
    EntityUid,
    IpRange,
    Record,
    Value,
    equal,
    key,
)

Slice: TypeAlias = Callable[
    [
        Entity,
        Entity,
        Entity,
        Record,
        Mapping[EntityUid, Entity],
        list[int],
        list[int],
        list[int],
    ],
    None,
]
"""The conditions of some policies: appends the positions of those that hold, or that it could not settle."""

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
_PARAMETERS: Final = ("principal", "action", "resource", "context", "entities", "permits", "forbids", "doubts")


class _DoubtError(Exception):
    """The compiled code met something unusual."""


def _doubt() -> NoReturn:
    raise _DoubtError


def _find(uid: EntityUid, who: Entity, what: Entity, which: Entity, entities: Mapping[EntityUid, Entity]) -> Entity:
    if uid == who.uid:
        return who
    if uid == which.uid:
        return which
    return what if uid == what.uid else entities[uid]


def _attribute(value: Value, name: str, *where: Any) -> Value:
    return _find(value, *where).attrs[name] if type(value) is EntityUid else _doubt()


def _request(who: Entity, what: Entity, which: Entity, entities: Mapping[EntityUid, Entity]) -> interpret.Request:
    """A request without its context, for operators that look only at entities."""
    return interpret.Request(who, what, which, {}, entities)


def _has(value: Value, name: str, *where: Any) -> bool:
    return interpret.has(value, name, _request(*where))


def _is_in(left: Value, right: Value, *where: Any) -> bool:
    return interpret.is_in(left, right, _request(*where))


def _has_tag(left: Value, right: Value, *where: Any) -> Value:
    return interpret.tag("hasTag", left, right, _request(*where))


def _get_tag(left: Value, right: Value, *where: Any) -> Value:
    return interpret.tag("getTag", left, right, _request(*where))


_NAMESPACE: Final[dict[str, object]] = {
    "__builtins__": {},
    "type": type,
    "int": int,
    "str": str,
    "dict": dict,
    "Exception": Exception,
    "CedarSet": CedarSet,
    "Datetime": Datetime,
    "Decimal": Decimal,
    "Duration": Duration,
    "EntityUid": EntityUid,
    "IpRange": IpRange,
    "doubt": _doubt,
    "attribute": _attribute,
    "has": _has,
    "is_in": _is_in,
    "has_tag": _has_tag,
    "get_tag": _get_tag,
    "equal": equal,
    "like": operators.like,
    "construct": operators.construct,
    "quotient": operators.quotient,
    "in_range": operators.is_in_range,
}


def compile_slice(policies: Iterable[tuple[int, Policy]]) -> Slice:
    """One function for the conditions (not the scopes) of these policies, each with the position it reports."""
    numbered = list(policies)
    try:
        return _compile(numbered, [])
    except (RecursionError, MemoryError):
        # CPython's own compiler has a stack, too. Find the policies it can't take and leave them to `interpret`.
        too_deep = [position for position, policy in numbered if not _is_compilable(policy)]
        return _compile([pair for pair in numbered if pair[0] not in too_deep], too_deep)


def _is_compilable(policy: Policy) -> bool:
    try:
        _compile([(0, policy)], [])
    except (RecursionError, MemoryError):
        return False
    return True


def _compile(policies: list[tuple[int, Policy]], left_alone: list[int]) -> Slice:
    writer = _Writer()
    body: list[ast.stmt] = []
    for position, policy in policies:
        body += writer.policy(position, policy)
    body += [_append("doubts", position) for position in left_alone]
    arguments = ast.arguments(
        posonlyargs=[ast.arg(name, **_AT) for name in _PARAMETERS],
        args=[],
        kwonlyargs=[],
        kw_defaults=[],
        defaults=[],
    )
    function = ast.FunctionDef("slice", arguments, body or [ast.Pass(**_AT)], [], **_AT)
    module = compile(ast.Module([function], []), "<cedar>", "exec")
    code = next(part for part in module.co_consts if hasattr(part, "co_code"))
    return FunctionType(code, _NAMESPACE | writer.constants)


_AT: Final[dict[str, Any]] = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
_LOAD: Final = ast.Load()
_STORE: Final = ast.Store()


def _name(name: str) -> ast.expr:
    return ast.Name(name, _LOAD, **_AT)


def _constant(value: Any) -> ast.expr:
    return ast.Constant(value, **_AT)


def _field(base: ast.expr, name: str) -> ast.expr:
    return ast.Attribute(base, name, _LOAD, **_AT)


def _item(base: ast.expr, name: str) -> ast.expr:
    return ast.Subscript(base, _constant(name), _LOAD, **_AT)


def _call(function: str, *arguments: ast.expr) -> ast.expr:
    return ast.Call(_name(function), list(arguments), [], **_AT)


def _compare(left: ast.expr, operator: type[ast.cmpop], right: ast.expr) -> ast.expr:
    return ast.Compare(left, [operator()], [right], **_AT)


def _between(low: int, middle: ast.expr, high: int) -> ast.expr:
    return ast.Compare(_constant(low), [ast.LtE(), ast.LtE()], [middle, _constant(high)], **_AT)


def _either(*operands: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.Or(), list(operands), **_AT)


def _both(*operands: ast.expr) -> ast.expr:
    return ast.BoolOp(ast.And(), list(operands), **_AT)


def _not(operand: ast.expr) -> ast.expr:
    return ast.UnaryOp(ast.Not(), operand, **_AT)


def _if(test: ast.expr, then: ast.expr, otherwise: ast.expr | None = None) -> ast.expr:
    return ast.IfExp(test, then, _call("doubt") if otherwise is None else otherwise, **_AT)


def _append(to: str, position: int) -> ast.stmt:
    call = ast.Call(_field(_name(to), "append"), [_constant(position)], [], **_AT)
    return ast.Expr(call, **_AT)


def _boxed(code: Code) -> ast.expr:
    return _call(_PYTHON_TYPES[code[1]].__name__, code[0]) if code[1] in {"datetime", "duration"} else code[0]


def _where() -> list[ast.expr]:
    return [_name(name) for name in ("principal", "action", "resource", "entities")]


class _Writer:
    """Writes expressions of one function; keeps the constants and the names of temporaries it needs."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self._names: dict[object, str] = {}
        self._temporaries = 0

    def policy(self, position: int, policy: Policy) -> list[ast.stmt]:
        hit = _append("permits" if policy.effect == "permit" else "forbids", position)
        if not policy.conditions:
            return [hit]
        tests = [self.test(one.body) if one.kind == "when" else _not(self.test(one.body)) for one in policy.conditions]
        guarded = ast.If(tests[0] if len(tests) == 1 else _both(*tests), [hit], [], **_AT)
        doubtful = ast.ExceptHandler(_name("Exception"), None, [_append("doubts", position)], **_AT)
        return [ast.Try([guarded], [doubtful], [], [], **_AT)]

    # -- a condition: surely True or False, or it raises

    def test(self, node: Expression) -> ast.expr:
        match node:
            case And(operands):
                return _both(*[self.test(operand) for operand in operands])
            case Or(operands):
                return _either(*[self.test(operand) for operand in operands])
            case Not(operand):
                return _not(self.test(operand))
        code, kind = self.value(node)
        if kind is not None:
            return code if kind == "bool" else _call("doubt")
        keep, again = self._keep(code)
        unlike = _both(_compare(again, ast.IsNot, _constant(False)), _call("doubt"))
        return _either(_compare(keep, ast.Is, _constant(True)), unlike)

    # -- a value of a type that must be right, or it raises

    def typed(self, node: Expression, kind: Kind) -> ast.expr:
        return self._ensure(self.value(node), kind)

    def _ensure(self, code: Code, kind: Kind) -> ast.expr:
        if code[1] == kind:
            return code[0]
        if code[1] is not None:
            return _call("doubt")
        keep, again = self._keep(code[0])
        return _if(self._has_type(keep, kind), again)

    def _has_type(self, code: ast.expr, kind: Kind) -> ast.expr:
        return _compare(_call("type", code), ast.Is, _name(_PYTHON_TYPES[kind].__name__))

    # -- any value

    def boxed(self, node: Expression) -> ast.expr:
        """A value that carries its own type, for whatever can't know it."""
        return _boxed(self.value(node))

    def value(self, node: Expression) -> Code:  # noqa: C901, PLR0911, PLR0912 -- one arm for each kind of node
        match node:
            case Literal(value):
                return self._constant(value), _KINDS[type(value)]
            case Var("context"):
                return _name("context"), "record"
            case Var(name):
                return _field(_name(name), "uid"), "entity"
            case Attribute(base, name):
                return self._attribute(base, name), None
            case And() | Or() | Not():
                return self.test(node), "bool"
            case Binary("==", left, right):
                return self._equal(left, right), "bool"
            case Binary("!=", left, right):
                return _not(self._equal(left, right)), "bool"
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
                keep, again = self._keep(ast.UnaryOp(ast.USub(), self.typed(operand, "long"), **_AT))
                return _if(_compare(keep, ast.LtE, _constant(LONG_MAX)), again), "long"
            case IsEmpty(operand):
                return _not(_field(self.typed(operand, "set"), "items")), "bool"
            case SetOf(items):
                return _call("CedarSet", ast.Tuple([self.boxed(item) for item in items], _LOAD, **_AT)), "set"
            case RecordOf(fields):
                names = [_constant(name) for name, _ in fields]
                return ast.Dict([*names], [self.boxed(item) for _, item in fields], **_AT), "record"
        raise AssertionError(node)

    def _attribute(self, base: Expression, name: str) -> ast.expr:
        if isinstance(base, Var):
            return _item(_name("context") if base.name == "context" else _field(_name(base.name), "attrs"), name)
        code, kind = self.value(base)
        if kind == "record" or (kind is None and _is_in_context(base)):
            # Nothing but a record has text subscripts, so a mistaken guess raises.
            return _item(code, name)
        if kind not in {None, "entity"}:
            return _call("doubt")
        keep, again = self._keep(code)
        is_record = _compare(_call("type", keep), ast.Is, _name("dict"))
        return _if(is_record, _item(again, name), _call("attribute", again, _constant(name), *_where()))

    def _has(self, base: Expression, name: str) -> ast.expr:
        if isinstance(base, Var):
            record = _name("context") if base.name == "context" else _field(_name(base.name), "attrs")
            return _compare(_constant(name), ast.In, record)
        keep, again = self._keep(self.boxed(base))
        is_record = _compare(_call("type", keep), ast.Is, _name("dict"))
        found = _compare(_constant(name), ast.In, again)
        return _if(is_record, found, _call("has", again, _constant(name), *_where()))

    def _equal(self, left: Expression, right: Expression) -> ast.expr:
        if isinstance(left, Literal) and not isinstance(right, Literal):
            left, right = right, left
        one = code, kind = self.value(left)
        if isinstance(right, Literal):
            wanted = right.value
            if type(wanted) is bool and kind in {None, "bool"}:
                return _compare(code, ast.Is, _constant(wanted))
            if kind is None and type(wanted) is int and wanted in {0, 1}:
                keep, again = self._keep(code)
                return _both(self._has_type(keep, "long"), _compare(again, ast.Eq, _constant(wanted)))
            if (kind is None and type(wanted) is not bool) or kind == _KINDS[type(wanted)]:
                return _compare(code, ast.Eq, self._constant(wanted))
        other = self.value(right)
        if kind == other[1] and kind in {"bool", "long", "string", "entity", "datetime", "duration"}:
            return _compare(code, ast.Eq, other[0])
        return _call("equal", _boxed(one), _boxed(other))

    def _ordered(self, operator: str, left: Expression, right: Expression) -> ast.expr:
        one, other = self.value(left), self.value(right)
        kind = one[1] or other[1]
        if kind is None:
            keep_left, left_again = self._keep(one[0])
            keep_right, right_again = self._keep(other[0])
            alike = ast.Compare(
                _call("type", keep_left),
                [ast.Is(), ast.In()],
                [_call("type", keep_right), self._constant(frozenset({int, Datetime, Duration}))],
                **_AT,
            )
            return _if(alike, _compare(left_again, _ORDERS[operator], right_again))
        if kind not in {"long", "datetime", "duration"}:
            return _call("doubt")
        return _compare(self._ensure(one, kind), _ORDERS[operator], self._ensure(other, kind))

    def _arithmetic(self, operator: str, left: ast.expr, right: ast.expr) -> ast.expr:
        keep, again = self._keep(ast.BinOp(left, _ARITHMETIC[operator](), right, **_AT))
        return _if(_between(LONG_MIN, keep, LONG_MAX), again)

    def _in(self, left: Expression, right: Expression) -> ast.expr:
        named = _entities_of(right)
        if isinstance(left, Var) and left.name != "context" and named is not None:
            uid, ancestors = _field(_name(left.name), "uid"), _field(_name(left.name), "ancestors")
            if len(named) == 1:
                (only,) = named
                return _either(
                    _compare(self._constant(only), ast.In, ancestors), _compare(uid, ast.Eq, self._constant(only))
                )
            among = self._constant(named)
            disjoint = ast.Call(_field(ancestors, "isdisjoint"), [among], [], **_AT)
            return _either(_compare(uid, ast.In, among), _not(disjoint))
        return _call("is_in", self.boxed(left), self.boxed(right), *_where())

    def _contains(self, left: Expression, right: Expression) -> ast.expr:
        members = _plain_members(left)
        if members is not None:
            return _compare(self.boxed(right), ast.In, self._constant(members))
        if isinstance(right, Literal) and type(right.value) in {str, EntityUid}:
            keys = _field(self.typed(left, "set"), "keys")
            return _compare(self._constant(right.value), ast.In, keys)
        return _compare(self._key(right), ast.In, _field(self.typed(left, "set"), "keys"))

    def _key(self, node: Expression) -> ast.expr:
        self.constants["key"] = key
        return _call("key", self.boxed(node))

    def _sets(self, operator: str, left: Expression, right: Expression) -> ast.expr:
        one, other = _field(self.typed(left, "set"), "keys"), _field(self.typed(right, "set"), "keys")
        if operator == "containsAll":
            return _compare(one, ast.GtE, other)
        return _not(ast.Call(_field(one, "isdisjoint"), [other], [], **_AT))

    def _tag(self, operator: str, left: Expression, right: Expression) -> Code:
        kind: Kind | None = "bool" if operator == "hasTag" else None
        if isinstance(left, Var) and left.name != "context":
            tags, name = _field(_name(left.name), "tags"), self.typed(right, "string")
            if kind == "bool":
                return _compare(name, ast.In, tags), kind
            return ast.Subscript(tags, name, _LOAD, **_AT), kind
        function = "has_tag" if kind == "bool" else "get_tag"
        return _call(function, self.boxed(left), self.boxed(right), *_where()), kind

    def _is(self, operand: Expression, entity_type: str, group: Expression | None) -> ast.expr:
        if group is None or isinstance(operand, Var):
            uid = self.typed(operand, "entity")
            matches = _compare(ast.Subscript(uid, _constant(0), _LOAD, **_AT), ast.Eq, _constant(entity_type))
            return matches if group is None else _both(matches, self._in(operand, group))
        keep, again = self._keep(self.typed(operand, "entity"))
        matches = _compare(ast.Subscript(keep, _constant(0), _LOAD, **_AT), ast.Eq, _constant(entity_type))
        return _both(matches, _call("is_in", again, self.boxed(group), *_where()))

    def _like(self, operand: Expression, pattern: tuple[str | None, ...]) -> ast.expr:
        text = self.typed(operand, "string")
        match pattern:
            case (str(start), None):
                return ast.Call(_field(text, "startswith"), [_constant(start)], [], **_AT)
            case (None, str(end)):
                return ast.Call(_field(text, "endswith"), [_constant(end)], [], **_AT)
        return _call("like", text, self._constant(pattern))

    def _choice(self, test: Expression, then: Expression, otherwise: Expression) -> Code:
        one, other = self.value(then), self.value(otherwise)
        if one[1] == other[1]:
            return _if(self.test(test), one[0], other[0]), one[1]
        return _if(self.test(test), _boxed(one), _boxed(other)), None

    def _extension(self, node: Call, name: str, arguments: tuple[Expression, ...]) -> Code:
        value = constant(node)
        if value is not None:
            kind = _KINDS[type(value)]
            if isinstance(value, Datetime | Duration):
                return _constant(int(value)), kind
            return self._constant(value), kind
        if name not in METHODS:
            construct: Code = (_call("construct", _constant(name), self.boxed(arguments[0])), _CONSTRUCTED[name])
            return construct
        if name in _DECIMAL_ORDERS:
            left, right = self.typed(arguments[0], "decimal"), self.typed(arguments[1], "decimal")
            return _compare(left, _DECIMAL_ORDERS[name], right), "bool"
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
            return ast.BinOp(self.typed(arguments[0], "datetime"), ast.Mod(), _constant(DAY), **_AT)
        if name == "toDate":
            days = ast.BinOp(self.typed(arguments[0], "datetime"), ast.FloorDiv(), _constant(DAY), **_AT)
            return self._arithmetic("*", days, _constant(DAY))
        return _call("quotient", self.typed(arguments[0], "duration"), _constant(_MILLISECONDS[name]))

    def _address(self, name: str, arguments: tuple[Expression, ...]) -> ast.expr:
        address = self.typed(arguments[0], "ip")
        if name == "isInRange":
            outer = constant(arguments[1]) if isinstance(arguments[1], Call) else None
            if not isinstance(outer, IpRange):
                return _call("in_range", address, self.typed(arguments[1], "ip"))
            keep, again = self._keep(address)
            return _both(
                _compare(_field(keep, "version"), ast.Eq, _constant(outer.version)),
                _compare(_field(again, "prefix"), ast.GtE, _constant(outer.prefix)),
                _between(outer.first, _field(again, "address"), outer.last),
            )
        if name in {"isIpv4", "isIpv6"}:
            return _compare(_field(address, "version"), ast.Eq, _constant(4 if name == "isIpv4" else 6))
        self.constants[name] = operators.is_loopback if name == "isLoopback" else operators.is_multicast
        return _call(name, address)

    def _keep(self, code: ast.expr) -> tuple[ast.expr, ast.expr]:
        """The expression, stored as it is evaluated, and a way to read it again."""
        if isinstance(code, ast.Constant | ast.Name):
            return code, code
        self._temporaries += 1
        name = f"t{self._temporaries}"
        return ast.NamedExpr(ast.Name(name, _STORE, **_AT), code, **_AT), _name(name)

    def _constant(self, value: object) -> ast.expr:
        """Python's compiler takes plain literals; the rest becomes a global of the function."""
        if type(value) in {bool, int, str}:
            return _constant(value)
        lookup = (type(value), value)
        if lookup not in self._names:
            name = f"c{len(self._names)}"
            self._names[lookup] = name
            self.constants[name] = value
        return _name(self._names[lookup])


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
