"""Whether what a firewall would enforce is what was meant: exactly, or refused as too much to be said."""

from __future__ import annotations

from limen.errors import LimenError
from limen.network.packets import ANYWHERE, Ruleset
from limen.network.packets.comparing import Part, beyond
from limen.network.packets.decision_diagrams import TooTangledError
from limen.network.packets.regions import Regions
from limen.network.proof.matrix import Matrix


def differing(one: Ruleset, other: Ruleset) -> list[Part]:
    """What only one of them lets through. Raises LimenError where that can't be computed within bounds."""
    return [*only_by(one, other), *only_by(other, one)]


def only_by(one: Ruleset, other: Ruleset) -> list[Part]:
    """What `one` lets through and `other` does not, between the zones of `one`. Raises LimenError."""
    known = {*one.zones, ANYWHERE}
    aligned = Ruleset(one.zones, tuple(rule for rule in other.rules if {rule.from_zone, rule.to_zone} <= known))
    try:
        return list(beyond(Regions(one), Regions(aligned)))
    except TooTangledError:
        raise _too_much() from None


def open_between(ruleset: Ruleset) -> Matrix:
    """What is let through between each two zones, in boxes that share no packet. Raises LimenError."""
    regions = Regions(ruleset)
    if not regions.lists_all:
        raise _too_much()
    return Matrix(regions)


def _too_much() -> LimenError:
    return LimenError("these rules overlap too much to be compared", "say them with fewer blocks")
