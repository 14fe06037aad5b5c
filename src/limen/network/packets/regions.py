"""Exactly which packets each rule decides: its own, without those of the rules before it, as spans that share none.

Subtraction finds them, in microseconds where rules are as people write them. Rules that were built against it make
pieces without end; after so many steps the diagrams take over for the zones in question, and past their bound it is
said that nothing is proved (`TooTangledError`, `unlisted`).
"""

from __future__ import annotations

from collections.abc import Iterator, Set as AbstractSet
from functools import cached_property
from typing import Final, NamedTuple

from oxidd.util import DDMemoryError

from limen.network.packets.box import Box, Packet
from limen.network.packets.decision_diagrams import MOST_SPANS, Diagrams, TooTangledError, any_of
from limen.network.packets.index import Index
from limen.network.packets.ruleset import Rule, Ruleset
from limen.network.packets.spans import (
    FAMILY,
    FIELDS,
    Span,
    first_of,
    is_within,
    meet,
    point_of,
    shared,
    span_of,
    without,
)

MOST_STEPS: Final = 50_000
"""Of one question, before the diagrams are asked: some 20 ms."""
MOST_STEPS_IN_ALL: Final = 20_000_000
"""Of all questions of one ruleset."""
MOST_PIECES_IN_ALL: Final = 500_000
"""That are kept of one ruleset: some 200 MB."""
MOST_TANGLES: Final = 8
"""Groups of zones of one ruleset that diagrams are made for: some 6 s and 35 MB each at the very most."""
MOST_UNLISTED: Final = 40
"""After so many rules of a tangle with more pieces than can be listed, the next are not tried."""

_KEY: Final = 2 * FAMILY + 2
"""So many numbers of a span say between which zones it is, and of which family."""


class Region(NamedTuple):
    """Packets, and the rule that decides them all."""

    box: Box
    rule: Rule


class Piece(NamedTuple):
    """As `Region`, with its zones, and the rule as its position."""

    span: Span
    position: int


class Regions:
    """A ruleset that answers exact questions."""

    def __init__(self, ruleset: Ruleset) -> None:
        self.ruleset = ruleset
        self.numbers = {name: number for number, name in enumerate(ruleset.zones)}
        self.spans = [span_of(rule, self.numbers) for rule in ruleset.rules]
        self.index = Index(self.spans)
        self._steps = self._kept = 0
        self._tangles: dict[Span, _Tangle] = {}

    @cached_property
    def reached(self) -> list[list[Span] | None]:
        """By position: the packets that this rule decides. None: they are in more pieces than can be listed."""
        return [self._reached(position) for position in range(len(self.spans))]

    @property
    def unlisted(self) -> list[int]:
        """The positions of rules whose packets are not listed. Whoever goes by a list proves nothing where one is."""
        return [position for position, spans in enumerate(self.reached) if spans is None]

    @property
    def lists_all(self) -> bool:
        """Whether `let_through` is all that is let through."""
        return not any(self.ruleset.rules[position].allows for position in self.unlisted)

    @cached_property
    def let_through(self) -> list[Piece]:
        """All that is let through, as pieces that share no packet; without the rules that are `unlisted`."""
        rules = self.ruleset.rules
        return [
            Piece(span, position)
            for position, spans in enumerate(self.reached)
            if rules[position].allows
            for span in spans or ()
        ]

    def decides(self, packet: Packet) -> Rule | None:
        """As `Ruleset.decides`, without a look at each rule."""
        point = point_of(packet, self.numbers)
        position = None if point is None else self.index.first(point)
        return None if position is None else self.ruleset.rules[position]

    def witness(self, span: Span) -> tuple[Packet, Rule] | None:
        """A packet of these that is let through, and the rule that does it; None proves that there is none.

        Raises `TooTangledError`.
        """
        tangle = self._tangle_of(span)
        if tangle is None or tangle.is_given_up:
            try:
                return next(
                    (
                        (first_of(piece, self.ruleset.zones), self.ruleset.rules[position])
                        for piece, position in self.decided(span)
                        if position is not None and self.ruleset.rules[position].allows
                    ),
                    None,
                )
            except TooTangledError:
                pass
        found = self._tangled(span).some_allowed(span)
        if found is None:
            return None
        packet = first_of(found, self.ruleset.zones)
        rule = self.decides(packet)
        if rule is None or not rule.allows:
            raise AssertionError("the two engines disagree")
        return packet, rule

    def decided(
        self, span: Span, before: int | None = None, ignoring: AbstractSet[int] = frozenset()
    ) -> Iterator[tuple[Span, int | None]]:
        """A span in pieces that share nothing, each with the position of the rule that decides it (None: none fits).

        Only rules `before` a position count, and none that is ignored. Raises `TooTangledError`.
        """
        spans, steps = self.spans, 0
        near = self.index.meeting(span, before)
        todo = [(span, [one for one in near if one not in ignoring] if ignoring else near)]
        while todo:
            piece, meeting = todo.pop()
            if not meeting:
                yield piece, None
                continue
            first, later = meeting[0], meeting[1:]
            both = shared(piece, spans[first])
            if both is None:
                raise AssertionError("what meets shares something")
            yield both, first
            for left in without(piece, both):
                todo.append((left, [one for one in later if meet(left, spans[one])]))
                steps += 1 + len(later)
            if steps > MOST_STEPS:
                self._steps += steps
                raise TooTangledError
        self._steps += steps

    def _reached(self, position: int) -> list[Span] | None:
        span = self.spans[position]
        if self._kept > MOST_PIECES_IN_ALL:
            return None
        try:
            found = self._subtracted(span, position)
            if found is None:
                found = self._tangled(span).reached(position, span)
        except TooTangledError:
            return None
        self._kept += len(found)
        return found

    def _subtracted(self, span: Span, position: int) -> list[Span] | None:
        """None where that takes too long."""
        if self._tangle_of(span) is not None or self._steps > MOST_STEPS_IN_ALL:
            return None
        try:
            return [piece for piece, taken in self.decided(span, position) if taken is None]
        except TooTangledError:
            return None

    def _tangle_of(self, span: Span) -> _Tangle | None:
        for between, tangle in self._tangles.items():
            if is_within((*span[:_KEY], *between[_KEY:]), between):
                return tangle
        return None

    def _tangled(self, span: Span) -> _Tangle:
        """The diagrams of all that is decided between these zones, made once."""
        found = self._tangle_of(span)
        if found is None:
            if len(self._tangles) == MOST_TANGLES:
                raise TooTangledError
            between = (*span[:_KEY], *self._whole[_KEY:])
            found = self._tangles[between] = _Tangle(self, self.index.meeting(between), span[2 * FAMILY])
        return found

    @cached_property
    def _whole(self) -> Span:
        return tuple((max if at % 2 else min)(span[at] for span in self.spans) for at in range(2 * FIELDS))


class _Tangle:
    """Rules between the same zones that subtraction does not come to an end with."""

    def __init__(self, regions: Regions, positions: list[int], family: int) -> None:
        self._diagrams: Diagrams | None = Diagrams(len(regions.ruleset.zones), family)
        self._unlisted = 0
        try:
            found = self._diagrams.reached([regions.spans[position] for position in positions])
            self._reached = dict(zip(positions, found, strict=True))
            allowing = [one for at, one in self._reached.items() if regions.ruleset.rules[at].allows]
            self._allowed = any_of(allowing, self._diagrams.nothing)
        except DDMemoryError:
            self._diagrams = None

    @property
    def is_given_up(self) -> bool:
        """It took more than it may."""
        return self._diagrams is None

    def reached(self, position: int, span: Span) -> list[Span]:
        if self._diagrams is None or self._unlisted >= MOST_UNLISTED:
            raise TooTangledError
        try:
            return self._diagrams.spans(self._reached[position] & self._diagrams.of(span), MOST_SPANS)
        except (DDMemoryError, TooTangledError) as error:
            self._unlisted += 1
            raise TooTangledError from error

    def some_allowed(self, span: Span) -> Span | None:
        if self._diagrams is None:
            raise TooTangledError
        try:
            return self._diagrams.some(self._allowed & self._diagrams.of(span))
        except DDMemoryError as error:
            raise TooTangledError from error
