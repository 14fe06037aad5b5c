"""What is open for a while, as elements of the sets that a firewall's ruleset has for it (`emit.nft_openings`)."""

from __future__ import annotations

from collections.abc import Iterator

from limen.clock import Instant
from limen.network.emit.nft_openings import openings
from limen.network.emit.nft_router import Router
from limen.network.firewalls.followers import Opened
from limen.network.nft.as_json import field
from limen.network.packets.box import Box
from limen.network.packets.ruleset import Rule


def opened(firewall: str, rule: Rule, router: Router, now: Instant) -> Iterator[Opened]:
    """What opens this rule at a firewall until its end; nothing where it has none, or is over. Raises NotEmittable."""
    if rule.until is None or rule.until <= now:
        return
    number = 0
    for lookup in openings(rule.from_zone, [(rule.to_zone, rule)], router, now):
        for element in lookup.set.elements:
            value = tuple(field(type_, one) for type_, one in zip(lookup.set.types, element.key, strict=True))
            box = Box(rule.box.family, *[one for one in element.key if not isinstance(one, str)])
            yield Opened(f"{rule.id}.{number}", firewall, lookup.set.name, value, rule.until, box)
            number += 1
