"""The syntax tree of a Cedar expression: small frozen nodes, read from and written to Cedar's JSON form.

Chains are flat: `a && b && c` is one `And` of three, so a list of ten thousand alternatives is two levels deep.
Cedar's `&&` and `||` are associative in value, in short circuit and in error, so nothing is lost. Everything else may
nest `MAX_DEPTH` levels; a deeper tree is refused with `TooDeepError` before anything recurses into it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal as OneOf, TypeAlias

from limen.cedar.errors import EvaluationError, ParseError, TemplateError, TooDeepError
from limen.cedar.literals import CONSTRUCTORS
from limen.cedar.values import LONG_MAX, LONG_MIN, EntityUid, IpRange, Value

MAX_DEPTH: Final = 200

VarName: TypeAlias = OneOf["principal", "action", "resource", "context"]

BINARY: Final = frozenset(
    {"==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "in", "contains", "containsAll", "containsAny"}
    | {"hasTag", "getTag"},
)
"""Operators with a left and a right operand, by the name Cedar's JSON gives them; `&&` and `||` are apart."""

METHODS: Final[Mapping[str, int]] = {
    "lessThan": 2,
    "lessThanOrEqual": 2,
    "greaterThan": 2,
    "greaterThanOrEqual": 2,
    "isIpv4": 1,
    "isIpv6": 1,
    "isLoopback": 1,
    "isMulticast": 1,
    "isInRange": 2,
    "offset": 2,
    "durationSince": 2,
    "toDate": 1,
    "toTime": 1,
    "toMilliseconds": 1,
    "toSeconds": 1,
    "toMinutes": 1,
    "toHours": 1,
    "toDays": 1,
}
"""Methods of extension values, with how many operands each has, the receiver included."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A Bool, Long, String or entity reference."""

    value: bool | int | str | EntityUid

    def __eq__(self, other: object) -> bool:
        # Dataclass equality would take 1 for true.
        return type(other) is Literal and type(other.value) is type(self.value) and other.value == self.value

    def __hash__(self) -> int:
        return hash((type(self.value), self.value))


@dataclass(frozen=True, slots=True)
class Var:
    name: VarName


@dataclass(frozen=True, slots=True)
class Attribute:
    base: Expression
    name: str


@dataclass(frozen=True, slots=True)
class Has:
    base: Expression
    name: str


@dataclass(frozen=True, slots=True)
class And:
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Or:
    operands: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Negate:
    operand: Expression


@dataclass(frozen=True, slots=True)
class IsEmpty:
    operand: Expression


@dataclass(frozen=True, slots=True)
class Binary:
    operator: str
    left: Expression
    right: Expression


@dataclass(frozen=True, slots=True)
class If:
    test: Expression
    then: Expression
    otherwise: Expression


@dataclass(frozen=True, slots=True)
class Is:
    """`operand is type`, or `operand is type in group`."""

    operand: Expression
    type: str
    group: Expression | None = None


@dataclass(frozen=True, slots=True)
class Like:
    """`operand like pattern`; in the pattern `None` is `*`, every string is taken as it is.

    No two strings and no two `None` stand side by side.
    """

    operand: Expression
    pattern: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class SetOf:
    items: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class RecordOf:
    items: tuple[tuple[str, Expression], ...]


@dataclass(frozen=True, slots=True)
class Call:
    """An extension constructor (`ip("…")`) or method (`a.isInRange(b)`); the receiver is the first argument.

    As in Cedar, a wrong number of arguments is no error of the text: the policy errs where the call is evaluated.
    """

    name: str
    arguments: tuple[Expression, ...]

    @property
    def misfit(self) -> str:
        """What is wrong with the number of arguments, in Cedar's words; "" where it fits."""
        expected, given = METHODS.get(self.name, 1), len(self.arguments)
        if expected == given:
            return ""
        wrong = "wrong number of arguments provided to extension function"
        return f"{wrong} `{self.name}`: expected {expected}, got {given}"


Expression: TypeAlias = (
    "Literal | Var | Attribute | Has | And | Or | Not | Negate | IsEmpty | Binary | If | Is | Like | SetOf | RecordOf"
    " | Call"
)


def children(node: Expression) -> tuple[Expression, ...]:
    """The expressions directly inside, in the order Cedar evaluates them."""
    match node:
        case And(parts) | Or(parts) | SetOf(parts) | Call(_, parts):
            return parts
        case Attribute(inner, _) | Has(inner, _) | Not(inner) | Negate(inner) | IsEmpty(inner) | Like(inner, _):
            return (inner,)
        case Binary(_, left, right):
            return (left, right)
        case If(test, then, otherwise):
            return (test, then, otherwise)
        case Is(inner, _, group):
            return (inner,) if group is None else (inner, group)
        case RecordOf(items):
            return tuple(item for _, item in items)
    return ()


def rebuilt(node: Expression, change: Callable[[Expression], Expression]) -> Expression:  # noqa: PLR0911 -- one arm for each
    """The same kind of node with each expression directly inside changed."""
    match node:
        case And(parts) | Or(parts) | SetOf(parts):
            return type(node)(tuple(map(change, parts)))
        case Attribute(inner, more) | Has(inner, more):
            return type(node)(change(inner), more)
        case Not(inner) | Negate(inner) | IsEmpty(inner):
            return type(node)(change(inner))
        case Like(inner, pattern):
            return Like(change(inner), pattern)
        case Binary(operator, left, right):
            return Binary(operator, change(left), change(right))
        case Call(name, arguments):
            return Call(name, tuple(map(change, arguments)))
        case If(test, then, otherwise):
            return If(change(test), change(then), change(otherwise))
        case Is(inner, kind, group):
            return Is(change(inner), kind, None if group is None else change(group))
        case RecordOf(items):
            return RecordOf(tuple((name, change(item)) for name, item in items))
    return node


def descend(node: Expression) -> Iterator[Expression]:
    """The node and everything inside it, outermost first, in no promised order."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        yield current
        waiting.extend(children(current))


def constant(call: Call) -> Value | None:
    """The value of a constructor call with a literal text, or None if it is anything else or the text is wrong."""
    if call.name in CONSTRUCTORS and len(call.arguments) == 1:
        argument = call.arguments[0]
        if isinstance(argument, Literal) and type(argument.value) is str:
            try:
                value: IpRange | int = CONSTRUCTORS[call.name](argument.value)
            except EvaluationError:
                return None
            return value
    return None


def read(tree: object, depth: int = 0) -> Expression:
    """Cedar's JSON form of an expression to nodes. Raises `ParseError`, `TemplateError` or `TooDeepError`."""
    if depth > MAX_DEPTH:
        raise TooDeepError(f"the expression nests deeper than {MAX_DEPTH} levels; split it into several policies")
    if not isinstance(tree, dict) or len(tree) != 1:
        raise ParseError(f"an expression is an object with one key, not {_shown(tree)}")
    ((name, body),) = tree.items()
    if name in {"&&", "||"}:
        parts = tuple([read(part, depth + 1) for part in _chain(name, tree)])
        return And(parts) if name == "&&" else Or(parts)
    if name == "Value":
        return _read_value(body, depth)
    if name == "Var":
        if body not in {"principal", "action", "resource", "context"}:
            raise ParseError(f"there is no variable {_shown(body)}")
        return Var(body)
    if name == "Slot":
        raise TemplateError(f"`{body}` is a slot: link the template first")
    if name in {"Set", "Record"}:
        return _read_collection(name, body, depth)
    if name in CONSTRUCTORS or name in METHODS:
        if not isinstance(body, list) or (name in METHODS and not body):
            raise ParseError(f"`{name}` takes a list of its operands, not {_shown(body)}")
        return Call(name, tuple([read(part, depth + 1) for part in body]))
    return _read_operator(name, body, depth)


def _read_operator(name: str, body: object, depth: int) -> Expression:
    if not isinstance(body, dict):
        raise ParseError(f"`{name}` is not an operator of Cedar, or its operands are missing")
    deeper = depth + 1
    try:
        if name in BINARY:
            return Binary(name, read(body["left"], deeper), read(body["right"], deeper))
        match name:
            case "!":
                return Not(read(body["arg"], deeper))
            case "neg":
                return Negate(read(body["arg"], deeper))
            case "isEmpty":
                return IsEmpty(read(body["arg"], deeper))
            case ".":
                return Attribute(read(body["left"], deeper), _text(body["attr"]))
            case "has":
                return Has(read(body["left"], deeper), _text(body["attr"]))
            case "is":
                group = read(body["in"], deeper) if "in" in body else None
                return Is(read(body["left"], deeper), _text(body["entity_type"]), group)
            case "like":
                return Like(read(body["left"], deeper), _read_pattern(body["pattern"]))
            case "if-then-else":
                return If(read(body["if"], deeper), read(body["then"], deeper), read(body["else"], deeper))
    except KeyError as missing:
        raise ParseError(f"`{name}` lacks its {missing}") from None
    raise ParseError(f"`{name}` is not an operator of Cedar")


def _chain(name: str, tree: dict[str, Any]) -> list[object]:
    """The operands of a chain, however it was bracketed, without recursion."""
    parts: list[object] = []
    waiting: list[object] = [tree]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict) and len(current) == 1 and name in current:
            body = current[name]
            if not isinstance(body, dict) or set(body) != {"left", "right"}:
                raise ParseError(f"`{name}` has a left and a right operand, not {_shown(body)}")
            waiting += [body["right"], body["left"]]
        else:
            parts.append(current)
    return parts


def _read_value(body: object, depth: int) -> Expression:
    if type(body) is bool or type(body) is str:
        return Literal(body)
    if type(body) is int and LONG_MIN <= body <= LONG_MAX:
        return Literal(body)
    if isinstance(body, dict) and set(body) == {"__entity"}:
        return Literal(read_uid(body["__entity"]))
    if isinstance(body, dict) and set(body) == {"__extn"}:
        inner = body["__extn"]
        if isinstance(inner, dict) and set(inner) == {"fn", "arg"} and inner["fn"] in CONSTRUCTORS:
            return Call(inner["fn"], (_read_value(inner["arg"], depth),))
    elif isinstance(body, list):
        return _read_collection("Set", [{"Value": part} for part in body], depth)
    elif isinstance(body, dict):
        return _read_collection("Record", {name: {"Value": part} for name, part in body.items()}, depth)
    raise ParseError(f"{_shown(body)} is not a value of Cedar")


def _read_collection(name: str, body: object, depth: int) -> Expression:
    if name == "Set" and isinstance(body, list):
        return SetOf(tuple([read(part, depth + 1) for part in body]))
    if name == "Record" and isinstance(body, dict):
        return RecordOf(tuple([(_text(field), read(body[field], depth + 1)) for field in sorted(body)]))
    raise ParseError(f"a {name.lower()} can't be {_shown(body)}")


def _read_pattern(body: object) -> tuple[str | None, ...]:
    """Neighbouring literals are joined, because Cedar's JSON has one for each character."""
    pattern: list[str | None] = []
    for part in body if isinstance(body, list) else [body]:
        if part == "Wildcard":
            if not pattern or pattern[-1] is not None:
                pattern.append(None)
        elif isinstance(part, dict) and set(part) == {"Literal"}:
            text = _text(part["Literal"])
            if pattern and pattern[-1] is not None:
                pattern[-1] += text
            elif text:
                pattern.append(text)
        else:
            raise ParseError(f"{_shown(part)} is no part of a pattern")
    return tuple(pattern)


def read_uid(body: object) -> EntityUid:
    if isinstance(body, dict) and "__entity" in body:
        body = body["__entity"]
    if not isinstance(body, dict) or not isinstance(body.get("type"), str) or not isinstance(body.get("id"), str):
        raise ParseError(f"an entity has a type and an id, both texts, not {_shown(body)}")
    return EntityUid(body["type"], body["id"])


def write(node: Expression) -> dict[str, Any]:  # noqa: C901, PLR0911, PLR0912 -- one arm for each kind of node
    """Nodes to Cedar's JSON form; `read(write(node)) == node`. Long chains come out as balanced pairs."""
    match node:
        case Literal(EntityUid() as uid):
            return {"Value": {"__entity": {"type": uid.type, "id": uid.id}}}
        case Literal(value):
            return {"Value": value}
        case Var(name):
            return {"Var": name}
        case Attribute(base, name):
            return {".": {"left": write(base), "attr": name}}
        case Has(base, name):
            return {"has": {"left": write(base), "attr": name}}
        case And(operands):
            return _pairs("&&", [write(operand) for operand in operands])
        case Or(operands):
            return _pairs("||", [write(operand) for operand in operands])
        case Not(operand):
            return {"!": {"arg": write(operand)}}
        case Negate(operand):
            return {"neg": {"arg": write(operand)}}
        case IsEmpty(operand):
            return {"isEmpty": {"arg": write(operand)}}
        case Binary(operator, left, right):
            return {operator: {"left": write(left), "right": write(right)}}
        case If(test, then, otherwise):
            return {"if-then-else": {"if": write(test), "then": write(then), "else": write(otherwise)}}
        case Is(operand, entity_type, None):
            return {"is": {"left": write(operand), "entity_type": entity_type}}
        case Is(operand, entity_type, group) if group is not None:
            return {"is": {"left": write(operand), "entity_type": entity_type, "in": write(group)}}
        case Like(operand, pattern):
            parts = ["Wildcard" if part is None else {"Literal": part} for part in pattern]
            return {"like": {"left": write(operand), "pattern": parts}}
        case SetOf(items):
            return {"Set": [write(item) for item in items]}
        case RecordOf(fields):
            return {"Record": {name: write(item) for name, item in fields}}
        case Call(name, arguments):
            return {name: [write(argument) for argument in arguments]}
    raise AssertionError(node)


_LEFT_NESTED: Final = 32


def _pairs(name: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    """As Cedar writes it, `((a && b) && c)`; a long chain balanced, so that no JSON reader runs out of stack."""
    if len(parts) <= _LEFT_NESTED:
        whole = parts[0]
        for part in parts[1:]:
            whole = {name: {"left": whole, "right": part}}
        return whole
    middle = len(parts) // 2
    return {name: {"left": _pairs(name, parts[:middle]), "right": _pairs(name, parts[middle:])}}


def _text(body: object) -> str:
    if not isinstance(body, str):
        raise ParseError(f"a name is a text, not {_shown(body)}")
    return body


def _shown(body: object) -> str:
    """A short, bounded picture of what was found instead: never the whole of a hostile tree."""
    if isinstance(body, dict):
        return "an object with " + (", ".join(f"`{name}`"[:40] for name in list(body)[:4]) or "no keys")
    if isinstance(body, list):
        return f"a list of {len(body)}"
    if isinstance(body, int) and abs(body) > LONG_MAX:
        return "a number that does not fit into 64 bits"
    return repr(body)[:80]
