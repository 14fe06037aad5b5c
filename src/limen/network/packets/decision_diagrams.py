"""The second engine: sets of packets as binary decision diagrams, by the library OxiDD.

It shares no code with subtraction beside the form of a span, so each proves the other; and it takes over where rules
overlap so that boxes become too many. Diagrams grow too, but within a bound: past it, `TooTangledError` says so.
Packets of the two families have diagrams of their own, since their addresses differ in length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Final

from oxidd.bdd import BDDFunction, BDDManager
from oxidd.util import DDMemoryError

from limen.network.packets.box import Packet
from limen.network.packets.ruleset import Ruleset
from limen.network.packets.spans import FAMILY, FIELDS, Span, first_of, span_of

MOST_NODES: Final = 1_000_000
"""About 35 MB, and some six seconds of work, before it is given up."""
MOST_SPANS: Final = 10_000
FAMILIES: Final = (4, 6)


class TooTangledError(Exception):
    """Rules overlap so much that what they let through can't be computed within bounds. Nothing is proved then."""


class Diagrams:
    """Sets of packets of one family, between so many zones."""

    def __init__(self, zones: int, family: int) -> None:
        self.family = family
        zone, address = max(1, (zones - 1).bit_length()), 32 if family == 4 else 128
        self._widths = (zone, zone, 0, address, address, 8, 16, 16)
        self._starts = (0, *accumulate(self._widths))
        self._manager = BDDManager(MOST_NODES, MOST_NODES // 2, 1)
        self._manager.add_vars(self._starts[-1])
        self._bits = [self._manager.var(number) for number in range(self._starts[-1])]
        self._known: dict[tuple[int, int, int], BDDFunction] = {}
        self.nothing = self._manager.false()

    def of(self, span: Span) -> BDDFunction:
        """The packets of a span that are of this family."""
        if not span[2 * FAMILY] <= self.family <= span[2 * FAMILY + 1]:
            return self.nothing
        found = self._manager.true()
        for field in reversed(range(FIELDS)):
            if self._widths[field]:
                found &= self._between(field, span[2 * field], span[2 * field + 1])
        return found

    def _between(self, field: int, low: int, high: int) -> BDDFunction:
        """The packets whose field is in an interval, from the lowest bit up."""
        key = field, low, high
        if key not in self._known:
            at_least = at_most = self._manager.true()
            for place, bit in enumerate(reversed(self._bits[self._starts[field] : self._starts[field + 1]])):
                at_least = bit & at_least if low >> place & 1 else bit | at_least
                at_most = ~bit | at_most if high >> place & 1 else ~bit & at_most
            self._known[key] = at_least & at_most
        return self._known[key]

    def allowed(self, rules: Sequence[tuple[Span, bool]]) -> BDDFunction:
        """What ordered rules let through: from the last to the first, so that the first has the last word."""
        found = self.nothing
        for span, allows in reversed(rules):
            found = found | self.of(span) if allows else found & ~self.of(span)
        return found

    def reached(self, spans: Sequence[Span]) -> list[BDDFunction]:
        """Of each of ordered rules the packets that none before it fits."""
        found, taken = [], self.nothing
        for span in spans:
            own = self.of(span)
            found.append(own & ~taken)
            taken |= own
        return found

    def some(self, packets: BDDFunction) -> Span | None:
        """One packet of a set, the lowest bits where it leaves a choice; None of the empty set."""
        cube = packets.pick_cube()
        if cube is None:
            return None
        values = [
            sum(1 << place for place, bit in enumerate(reversed(cube[start:end])) if bit)
            for start, end in zip(self._starts, self._starts[1:], strict=False)
        ]
        values[FAMILY] = self.family
        return tuple(number for value in values for number in (value, value))

    def spans(self, packets: BDDFunction, most: int = MOST_SPANS) -> list[Span]:
        """A set as spans that share nothing. Raises `TooTangledError` where there are more than `most`."""
        return list(_Spelling(self._widths, self._starts, self.family, most).spans(packets))


class _Spelling:
    """From a diagram to spans, field by field."""

    def __init__(self, widths: Sequence[int], starts: Sequence[int], family: int, most: int) -> None:
        self._widths, self._starts, self._family, self._left = widths, starts, family, 8 * most

    def spans(self, node: BDDFunction, field: int = 0) -> Iterator[Span]:
        if field == FIELDS:
            if node.satisfiable():
                yield ()
            return
        if not node.satisfiable():
            return
        if field == FAMILY:
            yield from ((self._family, self._family, *rest) for rest in self.spans(node, field + 1))
            return
        for low, high, below in self._intervals(node, field):
            yield from ((low, high, *rest) for rest in self.spans(below, field + 1))

    def _intervals(self, node: BDDFunction, field: int) -> list[tuple[int, int, BDDFunction]]:
        """How a field's values go on: intervals, and what each leads to. Neighbours that lead to one are one."""
        joined: list[tuple[int, int, BDDFunction]] = []
        for low, high, below in self._halves(node, field, 0, 0):
            if joined and joined[-1][1] == low - 1 and joined[-1][2] == below:
                joined[-1] = joined[-1][0], high, below
            else:
                joined.append((low, high, below))
        return joined

    def _halves(self, node: BDDFunction, field: int, depth: int, value: int) -> Iterator[tuple[int, int, BDDFunction]]:
        self._left -= 1
        if self._left < 0:
            raise TooTangledError
        if not node.satisfiable():
            return
        level, width = node.node_level(), self._widths[field]
        if level is None or level >= self._starts[field + 1]:
            free = width - depth
            yield value << free, (value + 1 << free) - 1, node
            return
        sides = node.cofactors() if level == self._starts[field] + depth else (node, node)
        if sides is None:
            raise TooTangledError
        yield from self._halves(sides[1], field, depth + 1, value << 1)
        yield from self._halves(sides[0], field, depth + 1, value << 1 | 1)


def difference(before: Ruleset, after: Ruleset, most: int = MOST_SPANS) -> tuple[list[Span], list[Span]]:
    """What the second lets through and the first does not, and the reverse. Both have the same zones.

    Raises `TooTangledError`.
    """
    new: list[Span] = []
    gone: list[Span] = []
    try:
        for family in FAMILIES:
            diagrams = Diagrams(len(after.zones), family)
            one, other = (diagrams.allowed(_spans(Ruleset(after.zones, some.rules))) for some in (before, after))
            new += diagrams.spans(other & ~one, most)
            gone += diagrams.spans(one & ~other, most)
    except DDMemoryError as error:
        raise TooTangledError from error
    return new, gone


def are_equal(one: Ruleset, other: Ruleset) -> bool:
    """Whether both let through exactly the same packets. Raises `TooTangledError`."""
    if set(one.zones) != set(other.zones):
        raise ValueError("the two don't have the same zones")
    try:
        for family in FAMILIES:
            diagrams = Diagrams(len(one.zones), family)
            if diagrams.allowed(_spans(one)) != diagrams.allowed(_spans(Ruleset(one.zones, other.rules))):
                return False
    except DDMemoryError as error:
        raise TooTangledError from error
    return True


def unlike(one: Ruleset, other: Ruleset) -> Packet | None:
    """A packet that only one of them lets through; None proves that there is none. Both have the same zones.

    Raises `TooTangledError`.
    """
    if set(one.zones) != set(other.zones):
        raise ValueError("the two don't have the same zones")
    try:
        for family in FAMILIES:
            diagrams = Diagrams(len(one.zones), family)
            first, second = (diagrams.allowed(_spans(Ruleset(one.zones, some.rules))) for some in (one, other))
            found = diagrams.some((first & ~second) | (second & ~first))
            if found is not None:
                return first_of(found, one.zones)
    except DDMemoryError as error:
        raise TooTangledError from error
    return None


def _spans(ruleset: Ruleset) -> list[tuple[Span, bool]]:
    numbers = {name: number for number, name in enumerate(ruleset.zones)}
    return [(span_of(rule, numbers), rule.allows) for rule in ruleset.rules]


def any_of(sets: Iterable[BDDFunction], nothing: BDDFunction) -> BDDFunction:
    """Their union, halves first: so it takes less than one after the other."""
    some = list(sets)
    while len(some) > 1:
        some = [some[at] | some[at + 1] if at + 1 < len(some) else some[at] for at in range(0, len(some), 2)]
    return some[0] if some else nothing
