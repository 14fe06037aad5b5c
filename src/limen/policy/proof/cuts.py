"""Where the truth of policies changes along each attribute: the borders between the classes of its values.

A border `b` says that something may be other at `b` than just before it. Everything a policy compares is covered, or
named in `unsplit`: two facts compared with each other, and calculations with instants beyond a difference.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Final, TypeVar

from limen.cedar import IpRange, Policy, expression_text
from limen.cedar.paths import paths_in
from limen.cedar.tree import (
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
    Not,
    Or,
    SetOf,
    Var,
    children,
    constant,
    descend,
)
from limen.clock import Instant
from limen.policy.attribute import Kind
from limen.policy.attributes import ATTRIBUTES
from limen.policy.proof.sums import NOW, Sum, difference

ADDRESS: Final = "context.place.address"
_CONTEXT: Final = Var("context")
_MIRRORED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
_RANGES: Final = {
    "isLoopback": (IpRange(4, 127 << 24, 8), IpRange(6, 1, 128)),
    "isMulticast": (IpRange(4, 224 << 24, 4), IpRange(6, 0xFF << 120, 8)),
    "isIpv4": (),
    "isIpv6": (),
}


@dataclass(frozen=True)
class Cuts:
    """The borders that some policies draw.

    `numbers`, `moments` and `ages` hold borders by path: an instant changes class at a moment, or when its age (the
    time from it to now; negative where it is still to come) reaches an age. `texts` are the texts named, `patterns`
    those they are matched with. `addresses` are (version, number) pairs at which a stretch of addresses begins.
    """

    read: frozenset[str] = frozenset()
    numbers: Mapping[str, frozenset[int]] = field(default_factory=dict)
    texts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    moments: Mapping[str, frozenset[int]] = field(default_factory=dict)
    ages: Mapping[str, frozenset[int]] = field(default_factory=dict)
    addresses: frozenset[tuple[int, int]] = frozenset()
    unsplit: tuple[tuple[str, str], ...] = ()
    patterns: Mapping[str, frozenset[tuple[str | None, ...]]] = field(default_factory=dict)

    @property
    def combinations(self) -> int:
        """No fewer than all combinations of classes there are."""
        drawn = (self.numbers, self.texts, self.moments, self.ages)
        sizes = [len(some) + 2 for sets in drawn for some in sets.values()]
        return int(prod(sizes)) * (len(self.addresses) + 3) * int(2 ** len(self.read & paths_of(Kind.BOOL)))

    def borders(self, path: str, now: Instant) -> frozenset[Instant]:
        """The borders of an instant, seen from `now`."""
        return self.moments.get(path, frozenset()) | {now - age + 1 for age in self.ages.get(path, ())}

    @property
    def nows(self) -> frozenset[Instant]:
        """Borders of `context.now` itself, so that between two of them the other borders keep their places."""
        own = self.moments.get(NOW, frozenset())
        crossings = {
            moment + age + late
            for path in paths_of(Kind.INSTANT)
            for moment in self.moments.get(path, ())
            for age in self.ages.get(path, ())
            for late in (-1, 0, 1)
        }
        return own | crossings


class _Drawing:
    """Cuts while they are found."""

    def __init__(self) -> None:
        self.read: set[str] = set()
        self.numbers: dict[str, set[int]] = {}
        self.texts: dict[str, set[str]] = {}
        self.patterns: dict[str, set[tuple[str | None, ...]]] = {}
        self.moments: dict[str, set[int]] = {}
        self.ages: dict[str, set[int]] = {}
        self.addresses: set[tuple[int, int]] = set()
        self.unsplit: dict[tuple[str, str], None] = {}

    def done(self) -> Cuts:
        return Cuts(
            frozenset(self.read),
            _frozen(self.numbers),
            _frozen(self.texts),
            _frozen(self.moments),
            _frozen(self.ages),
            frozenset(self.addresses),
            tuple(self.unsplit),
            _frozen(self.patterns),
        )

    def draw(self, atom: Expression) -> bool:
        """Take over the borders of one comparison; False where they can't be told."""
        named = paths_read(atom)
        self.read |= named
        if "context" in named:
            return False
        if any(isinstance(node, If) for node in descend(atom)):  # what is asked inside is no border of this comparison
            return not named or self._whole(named)
        match atom:
            case Has() | Attribute() | Literal() | Is() | IsEmpty() | Binary("in", _, _):
                return all(_may_stand_alone(path) for path in named)
            case Binary(operator, left, right) if operator in _MIRRORED:
                return self._compare(operator, left, right, named)
            case Binary("contains" | "containsAll" | "containsAny", left, right):
                return self._contains(left, right, named)
            case Like(operand, pattern):
                return self._like(expression_text(operand), pattern)
            case Call(name, (operand, *ranges)) if expression_text(operand) == ADDRESS:
                return self._address(name, ranges)
        return not named or self._whole(named)

    def _compare(self, operator: str, left: Expression, right: Expression, named: set[str]) -> bool:
        if _text(left) is not None or _text(right) is not None:
            left, right = (left, right) if _text(right) is not None else (right, left)
            return self._name(left, {_text(right) or ""})
        if named & (paths_of(Kind.INSTANT) | {NOW}):
            return self._instant(operator, left, right)
        if named == {ADDRESS}:
            return self._address(operator, [right if expression_text(left) == ADDRESS else left])
        if len(named) == 1 and named <= paths_of(Kind.SET):
            return self._contains(left, right, named)
        for path, value, how in ((left, right, operator), (right, left, _MIRRORED[operator])):
            if (
                (name := expression_text(path)) in paths_of(Kind.NUMBER)
                and isinstance(value, Literal)
                and type(value.value) is int
            ):
                self.numbers.setdefault(name, set()).update(_borders(how, value.value))
                return True
        return self._whole(named)

    def _contains(self, left: Expression, right: Expression, named: set[str]) -> bool:
        for path, other in ((left, right), (right, left)):
            if expression_text(path) in _named_kinds() and (words := _words(other)) is not None:
                return self._name(path, words)
        return self._whole(named)

    def _name(self, path: Expression, words: set[str]) -> bool:
        name = expression_text(path)
        if name not in _named_kinds():
            return False
        self.texts.setdefault(name, set()).update(words)
        return True

    def _like(self, path: str, pattern: tuple[str | None, ...]) -> bool:
        """Texts that fit, and near ones; `patterns` serves to find one that does not fit. Overlaps are left out."""
        fits = "".join(part or "" for part in pattern)
        self.texts.setdefault(path, set()).update({fits, fits + "-", "-" + fits})
        patterns = self.patterns.setdefault(path, set())
        patterns.add(pattern)
        return path in _named_kinds() - paths_of(Kind.SET) and len(patterns) == 1

    def _address(self, name: str, ranges: list[Expression]) -> bool:
        found = [constant(one) if isinstance(one, Call) else None for one in ranges]
        known = [*(one for one in found if isinstance(one, IpRange)), *_RANGES.get(name, ())]
        for one in known:
            size = 1 << (32 if one.version == 4 else 128)
            self.addresses |= {(one.version, start) for start in (one.first, one.last + 1) if start < size}
        return len(known) >= len(ranges)

    def _instant(self, operator: str, left: Expression, right: Expression) -> bool:
        found = difference(left, right)
        if found is None:
            return False
        facts = [path for path in found.factors if path != NOW]
        if not facts and NOW in found.factors:
            return self._border(self.moments, NOW, found.factors[NOW], found, operator)
        if len(facts) == 1 and NOW not in found.factors:
            return self._border(self.moments, facts[0], found.factors[facts[0]], found, operator)
        if len(facts) == 1 and found.factors[NOW] == -found.factors[facts[0]]:
            return self._border(self.ages, facts[0], found.factors[NOW], found, operator)
        return not found.factors

    def _border(self, into: dict[str, set[int]], path: str, factor: int, found: Sum, operator: str) -> bool:
        """The borders of `factor * x + rest operator 0`, where x is the instant or its age."""
        if abs(factor) != 1 or (path not in paths_of(Kind.INSTANT) and path != NOW):
            return False
        value = -found.rest * factor
        borders = _borders(operator if factor == 1 else _MIRRORED[operator], value)
        if found.unit:  # cutting off to whole units moves the border within one unit of the value
            borders = {value + late for late in (-found.unit, 1 - found.unit, 0, 1, found.unit, found.unit + 1)}
        into.setdefault(path, set()).update(borders)
        return True

    def _whole(self, named: set[str]) -> bool:
        """A calculation with small numbers is covered by every one of them."""
        numbers = ATTRIBUTES.table.of_kind(Kind.NUMBER)
        if not all(path in paths_of(Kind.BOOL) or (path in numbers and not numbers[path].is_open) for path in named):
            return False
        for path in named & set(numbers):
            low, high = numbers[path].least, numbers[path].greatest
            self.numbers.setdefault(path, set()).update(range(low, high + 1))
        return True


def paths_of(*kinds: Kind) -> frozenset[str]:
    """The paths of all attributes of these kinds."""
    return frozenset(ATTRIBUTES.table.of_kind(*kinds))


def _named_kinds() -> frozenset[str]:
    """Paths whose values policies name as texts."""
    return paths_of(Kind.TEXT, Kind.CHOICE, Kind.SET)


def _may_stand_alone(path: str) -> bool:
    """May it stand in a condition by itself, or be asked for with `has`?"""
    return path in {"principal", "resource", "action", "context.place"} or path in paths_of(
        Kind.BOOL, Kind.TEXT, Kind.CHOICE, Kind.SET, Kind.ADDRESS
    )


def cuts_of(policies: Iterable[Policy]) -> Cuts:
    """Every border that these policies draw."""
    drawing = _Drawing()
    for policy in policies:
        for condition in policy.conditions:
            for atom in atoms(condition.body):
                if not drawing.draw(atom):
                    drawing.unsplit[policy.id, expression_text(atom)] = None
    return drawing.done()


def atoms(node: Expression) -> Iterator[Expression]:
    """The smallest conditions in an expression: what is left when `&&`, `||`, `!` and `if` are taken apart."""
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, And | Or | Not | If):
            waiting += reversed(children(current))
        else:
            yield current


def paths_read(node: Expression) -> set[str]:
    """Every attribute path in an expression, and `context` where it stands alone."""
    named = {expression_text(path) for path in paths_in(node)}
    waiting = [node]
    while waiting:
        current = waiting.pop()
        if isinstance(current, Attribute | Has) and isinstance(current.base, Attribute | Var):
            waiting += [current.base] if isinstance(current.base, Attribute) else []
        elif current == _CONTEXT:
            named.add("context")
        else:
            waiting += children(current)
    return named


def _borders(operator: str, value: int) -> set[int]:
    match operator:
        case "<" | ">=":
            return {value}
        case "<=" | ">":
            return {value + 1}
    return {value, value + 1}


def _words(node: Expression) -> set[str] | None:
    """The texts of a constant or of a set of constants; None for anything else."""
    texts = [_text(one) for one in (node.items if isinstance(node, SetOf) else (node,))]
    words = {text for text in texts if text is not None}
    return words if all(text is not None for text in texts) else None


def _text(node: Expression) -> str | None:
    return node.value if isinstance(node, Literal) and isinstance(node.value, str) else None


_Item = TypeVar("_Item")


def _frozen(sets: dict[str, set[_Item]]) -> dict[str, frozenset[_Item]]:
    return {path: frozenset(found) for path, found in sets.items()}
