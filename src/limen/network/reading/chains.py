"""Chains that jump to one another, as one list in which the first rule that fits decides.

A packet that returns from a chain goes on behind the jump: so it is taken out of what the rest of that chain is asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final, NamedTuple

from limen.network.packets import ANYWHERE, Box, Rule
from limen.network.reading.reading import MOST_RULES, UnreadableError, refuse_beyond

MOST_DEPTH: Final = 100
"""How deep chains may jump. The kernel's own end is 16 for nftables."""
_MOST_STEPS: Final = 1_000_000
_MOST_PIECES: Final = 2_000


class Then(StrEnum):
    """What becomes of a packet that fits."""

    ALLOW = "allow"
    DENY = "deny"
    RETURN = "return"
    JUMP = "jump"
    GO = "go"
    """As a jump, but behind it the packet goes on as if it had returned from here."""


class Piece(NamedTuple):
    """Packets between any of these zones."""

    froms: frozenset[str]
    tos: frozenset[str]
    box: Box

    def meets(self, other: Piece) -> Piece | None:
        froms, tos, box = self.froms & other.froms, self.tos & other.tos, self.box.meets(other.box)
        return Piece(froms, tos, box) if froms and tos and box else None

    def without(self, other: Piece) -> Iterator[Piece]:
        """The packets of this that are not in `other`, in pieces that share none."""
        shared = self.meets(other)
        if shared is None:
            yield self
            return
        if froms := self.froms - other.froms:
            yield Piece(froms, self.tos, self.box)
        if tos := self.tos - other.tos:
            yield Piece(shared.froms, tos, self.box)
        for box in self.box.without(other.box):
            yield Piece(shared.froms, shared.tos, box)


@dataclass(frozen=True, slots=True)
class ChainRule:
    """`is_doubtful`: whether a packet of its pieces really fits is not known."""

    id: str
    pieces: tuple[Piece, ...]
    then: Then
    chain: str = ""
    is_doubtful: bool = False


class Flattening:
    """The chains of one table, and the zones that packets come from and go to."""

    def __init__(self, chains: Mapping[str, Sequence[ChainRule]], zones: frozenset[str]) -> None:
        self._chains = chains
        self._zones = zones
        self._steps = 0
        self.rules: list[Rule] = []

    def add(self, base: str, start: Piece, otherwise: Rule | None) -> None:
        """What a chain that packets begin in says of these; `otherwise` is its policy. Raises UnreadableError."""
        self._run(base, [start], (), is_doubtful=False)
        if otherwise is not None:
            self.rules.append(otherwise)

    def _run(self, name: str, pieces: list[Piece], above: tuple[str, ...], *, is_doubtful: bool) -> None:
        if name in above:
            raise UnreadableError(f"the chain {name[:60]!r} jumps back to itself", "no firewall loads such a file")
        refuse_beyond(len(above), MOST_DEPTH, "chains that jump into one another")
        for rule in self._chains.get(name, ()):
            self._steps += len(pieces) * len(rule.pieces)
            refuse_beyond(self._steps, _MOST_STEPS, "steps from chain to chain")
            met = [both for one in pieces for other in rule.pieces if (both := one.meets(other))]
            if not met:
                continue
            doubt = is_doubtful or rule.is_doubtful
            if rule.then in {Then.JUMP, Then.GO}:
                self._run(rule.chain, met, (*above, name), is_doubtful=doubt)
            elif rule.then is not Then.RETURN and (rule.then is Then.ALLOW or not doubt):
                self._say(rule, met)
            is_over = met == pieces and not rule.is_doubtful and rule.then is not Then.JUMP
            if is_over:
                return
            if rule.then in {Then.RETURN, Then.GO}:
                pieces = pieces if rule.is_doubtful else _less(pieces, met)
                is_doubtful = doubt

    def _say(self, rule: ChainRule, pieces: list[Piece]) -> None:
        for froms, tos, box in pieces:
            for from_zone, to_zone in product(self._names(froms), self._names(tos)):
                self.rules.append(Rule(rule.id, rule.then is Then.ALLOW, from_zone, to_zone, box))
        refuse_beyond(len(self.rules), MOST_RULES, "rules")

    def _names(self, zones: frozenset[str]) -> Iterator[str]:
        yield from (ANYWHERE,) if zones >= self._zones else sorted(zones)


def _less(pieces: list[Piece], taken: list[Piece]) -> list[Piece]:
    for one in taken:
        pieces = [rest for piece in pieces for rest in piece.without(one)]
        refuse_beyond(len(pieces), _MOST_PIECES, "pieces that chains return from")
    return pieces
