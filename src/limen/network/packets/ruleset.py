"""Rules in their order, as every firewall has them: the first that fits a packet decides, and what none fits is denied.

A network.yaml, an nftables ruleset, a security group and an import all become one of these, so that one engine proves,
compares and explains them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from limen.clock import Instant
from limen.network.packets.box import Box, Packet

ANYWHERE: Final = ""
"""In place of a zone's name: whatever the zone."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`id` is that of the flow, block or opening it came of, or where an import has it (`rules.nft:12`); several rules
    may share one. `until`: from that instant on it is not there (None: it stays). `is_trial`: it lets through what is
    to be denied one day, and whoever enforces it tells of that.
    """

    id: str
    allows: bool
    from_zone: str
    to_zone: str
    box: Box
    until: Instant | None = None
    is_trial: bool = False

    def is_between(self, from_zone: str, to_zone: str) -> bool:
        return self.from_zone in {ANYWHERE, from_zone} and self.to_zone in {ANYWHERE, to_zone}

    def fits(self, packet: Packet) -> bool:
        return self.is_between(packet.from_zone, packet.to_zone) and self.box.holds(packet)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """`zones`: all that packets come from or go to, in a stable order."""

    zones: tuple[str, ...]
    rules: tuple[Rule, ...]

    def between(self, from_zone: str, to_zone: str) -> Iterator[Rule]:
        """The rules that a packet on this way meets, in their order."""
        return (one for one in self.rules if one.is_between(from_zone, to_zone))

    def decides(self, packet: Packet) -> Rule | None:
        """The rule that decides a packet, by looking at one after the other; None: none fits, so it is denied."""
        return next((one for one in self.rules if one.fits(packet)), None)

    def allows(self, packet: Packet) -> bool:
        rule = self.decides(packet)
        return rule is not None and rule.allows
