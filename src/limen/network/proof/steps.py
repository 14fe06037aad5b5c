"""How far somebody gets who holds an asset: from each that is reached, on to whatever is open from there.

A step is a service that is let through, whatever may still ask for a password behind it. Echo requests and the rest of
ICMP reach, but nobody goes on from where only they came. Inside a zone that is not isolated nothing stops anybody. The
internet can be a step like any other: what is open to everybody there is open to whoever gets out.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import NamedTuple

from limen.network.packets.box import ICMP, ICMPV6, Interval, Packet
from limen.network.packets.regions import Piece, Regions
from limen.network.packets.ruleset import Rule
from limen.network.packets.spans import Span
from limen.network.proof.assets import Asset, Assets


class Step(NamedTuple):
    """From one asset to another by a packet that this rule lets through; both None inside a zone that is open."""

    source: Asset
    destination: Asset
    packet: Packet | None
    rule: Rule | None

    @property
    def rule_id(self) -> str:
        return self.rule.id if self.rule else ""


@dataclass
class Reach:
    """What was reached. By the number of an asset: from which other, and by which piece (None: their zone is open)."""

    starts: frozenset[int]
    came: dict[int, tuple[int, Piece | None]] = field(default_factory=dict)
    stands: set[int] = field(default_factory=set)
    """Where somebody can go on from."""
    left_by: dict[Piece, int] = field(default_factory=dict)
    """The pieces that were gone by, each with an asset that it was gone from."""


class Ways:
    """The pieces that are let through, by where they begin."""

    def __init__(self, assets: Assets, regions: Regions, pieces: Iterable[Piece] | None = None) -> None:
        self.assets, self.regions = assets, regions
        self._zones = regions.ruleset.zones
        self.by_zone: dict[str, list[Piece]] = {}
        self._ends: dict[Piece, tuple[int, ...]] = {}
        for piece in regions.let_through if pieces is None else pieces:
            self.add(piece)

    def add(self, piece: Piece) -> None:
        span = piece.span
        for zone in {self.assets.all[at].zone for at, _ in self.assets.at(span[4], (span[6], span[7]))}:
            if self._is_in(zone, span[0], span[1]):
                self.by_zone.setdefault(zone, []).append(piece)

    def reach(
        self, starts: Iterable[int], without: Mapping[int, Iterable[Piece]] | None = None, isolated: str = ""
    ) -> Reach:
        """Everything from here, each by the fewest steps. `without`: by the position of a rule, pieces that stand in
        for all of its own. `isolated`: a zone whose hosts are kept apart, whatever the network says.
        """
        begun = list(dict.fromkeys(starts))
        reach = Reach(frozenset(begun), stands=set(begun))
        ways = self._changed(without) if without else self.by_zone
        todo, opened = deque(begun), {isolated}
        while todo:
            at = todo.popleft()
            zone = self.assets.all[at].zone
            if zone not in opened and self.assets.is_open_inside(zone):
                opened.add(zone)
                self._arrive(reach, todo, at, self.assets.numbers_in[zone], None)
            for piece in ways.get(zone, ()):
                if piece not in reach.left_by and self.source_in(piece, at) is not None:
                    reach.left_by[piece] = at
                    self._arrive(reach, todo, at, self.destinations(piece), piece)
        return reach

    def beside(self, others: Iterable[Ways]) -> Ways:
        """These and those of others, of the same assets, whose rules begin with these."""
        both = copy(self)
        both.by_zone = {zone: list(some) for zone, some in self.by_zone.items()}
        for one in others:
            both.regions = one.regions
            for zone, some in one.by_zone.items():
                both.by_zone.setdefault(zone, []).extend(some)
        return both

    def _changed(self, without: Mapping[int, Iterable[Piece]]) -> dict[str, list[Piece]]:
        kept = {zone: [one for one in some if one.position not in without] for zone, some in self.by_zone.items()}
        standing_in = Ways(self.assets, self.regions, [piece for some in without.values() for piece in some])
        for zone, some in standing_in.by_zone.items():
            kept[zone] = kept.get(zone, []) + some
        return kept

    def _arrive(
        self, reach: Reach, todo: deque[int], at: int, destinations: Iterable[int], piece: Piece | None
    ) -> None:
        goes_on = piece is None or _carries(piece.span)
        for one in destinations:
            if one in reach.stands or (one in reach.came and not goes_on):
                continue
            reach.came[one] = at, piece
            if goes_on:
                reach.stands.add(one)
                todo.append(one)

    def source_in(self, piece: Piece, asset: int) -> Interval | None:
        """Addresses of an asset that a piece begins at."""
        return _common(self.assets.addresses[asset], piece.span[4], (piece.span[6], piece.span[7]))

    def destination_in(self, piece: Piece, asset: int) -> Interval | None:
        return _common(self.assets.addresses[asset], piece.span[4], (piece.span[8], piece.span[9]))

    def destinations(self, piece: Piece) -> tuple[int, ...]:
        """The assets that a piece ends at."""
        found = self._ends.get(piece)
        if found is None:
            span = piece.span
            there = dict.fromkeys(at for at, _ in self.assets.at(span[4], (span[8], span[9])))
            found = tuple(at for at in there if self._is_in(self.assets.all[at].zone, span[2], span[3]))
            self._ends[piece] = found
        return found

    def steps(self, reach: Reach, asset: int) -> tuple[Step, ...]:
        """The way to an asset that was reached; none to one where it began."""
        found: list[Step] = []
        while asset not in reach.starts:
            before, piece = reach.came[asset]
            found.append(self.step(before, asset, piece))
            asset = before
        return tuple(reversed(found))

    def step(self, source: int, destination: int, piece: Piece | None) -> Step:
        """By a packet of this piece; None: within a zone that is open."""
        one, other = self.assets.all[source], self.assets.all[destination]
        if piece is None:
            return Step(one, other, None, None)
        begin, end = self.source_in(piece, source), self.destination_in(piece, destination)
        if begin is None or end is None:
            raise AssertionError("a step is between addresses of its assets")
        protocol, port, source_port = piece.span[10::2]
        packet = Packet(one.zone, other.zone, piece.span[4], begin[0], end[0], protocol, port, source_port)
        return Step(one, other, packet, self.regions.ruleset.rules[piece.position])

    def _is_in(self, zone: str, low: int, high: int) -> bool:
        return low <= self.regions.numbers.get(zone, -1) <= high


def _common(addresses: Iterable[tuple[int, Interval]], family: int, interval: Interval) -> Interval | None:
    for one, (low, high) in addresses:
        if one == family and low <= interval[1] and interval[0] <= high:
            return max(low, interval[0]), min(high, interval[1])
    return None


def _carries(span: Span) -> bool:
    """Whether somebody who comes by it can go on: not where it is ICMP alone."""
    return (span[10], span[11]) not in {(ICMP, ICMP), (ICMPV6, ICMPV6)}
