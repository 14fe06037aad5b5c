"""How each zone that a cloud guards differs from what network.yaml says: what is open beyond it, and what is closed."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from limen.network.clouds.model import CloudReading
from limen.network.model import Firewall, Network
from limen.network.packets import Ruleset
from limen.network.remote.clouds import cloud_rules
from limen.network.remote.saying import change


def compared(firewall: Firewall, there: Ruleset, meant: Ruleset, unguarded: Iterable[str] = ()) -> CloudReading:
    """Of each zone of this firewall how it differs ("": not at all), without an instant. What is in none of its zones
    and stands unguarded, is held against all of them.
    """
    found = change(there, meant)
    lacks = sorted(unguarded)
    said = dict.fromkeys(firewall.zones, f"not guarded: {lacks[0]}" if lacks else "")
    beyond, lacking = found.difference.gone, found.difference.new
    for parts, mark in ((beyond, "is open beyond network.yaml"), (lacking, "is not open, and network.yaml says it is")):
        for part in parts:
            if part.to_zone in said and not said[part.to_zone]:
                said[part.to_zone] = f"a way from {part.from_zone or 'anywhere'} {mark} ({part.rule.id[:80]})"
    if not found.difference.is_whole:
        said = {zone: why or "its rules are too tangled to be compared whole" for zone, why in said.items()}
    return CloudReading(firewall.name, firewall.kind, meant=digest_of(meant), zones=said)


def digest_of(meant: Ruleset) -> str:
    """A mark of rules, by which an older comparison is known to be of others. Ends that come and go are part of it."""
    return sha256(repr((meant.zones, sorted(map(repr, meant.rules)))).encode()).hexdigest()


def digest_now(network: Network, firewall: Firewall, today: str) -> str:
    """That of what network.yaml says now. Raises LimenError."""
    return digest_of(cloud_rules(network, firewall, today).meant)
