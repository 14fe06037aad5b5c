"""The change of a firewall in sentences: what becomes reachable, and what no longer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from limen.network.model import Network
from limen.network.packets import Ruleset
from limen.network.packets.comparing import Part
from limen.network.proof.naming import Named, Reachable, lines
from limen.network.proof.newly_reachable import Difference, newly_reachable


@dataclass(frozen=True, slots=True)
class Change:
    difference: Difference

    @property
    def is_nothing(self) -> bool:
        """Every packet is answered as before. What could not be compared whole is a change."""
        return self.difference == Difference()

    def new(self, network: Network) -> tuple[Reachable, ...]:
        return _said(self.difference.new, network)

    def gone(self, network: Network) -> tuple[Reachable, ...]:
        return _said(self.difference.gone, network)


def change(before: Ruleset, after: Ruleset) -> Change:
    """Between rulesets of the same zones."""
    return Change(newly_reachable(before, after))


def _said(parts: Iterable[Part], network: Network) -> tuple[Reachable, ...]:
    return lines((Named(one.from_zone, one.to_zone, one.box, one.rule.id) for one in parts), network)
