"""The machine that a table of nftables is for, and what names may stand in one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from limen.network.model import INTERNET, Network, Prefix
from limen.network.packets.ruleset import ANYWHERE, Rule

LOG_GROUP: Final = 5
"""The group of NFLOG that denied packets are told to."""
_ZONE: Final = re.compile(r"[a-z][a-z0-9_-]{0,39}")
"""Without dots: they part the zones of a chain's name, so that no two pairs have one name."""
_INTERFACE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,14}")
"""Of what the kernel allows (15 bytes) what means nothing to nft: no `*`, `@`, quote or space."""
_RULE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._:/#+-]{0,99}")
"""It becomes a comment, which nft writes in quotes and can't escape; the kernel keeps 128 bytes of it."""


class NotEmittable(ValueError):  # noqa: N818 - what it is, said of the ruleset
    """It can't be said in nftables, so nothing of it may be loaded. `reason` is one of: zone, interface,
    interface-twice, rule, opening, entangled. `what` names it.
    """

    def __init__(self, reason: str, what: str) -> None:
        self.reason, self.what = reason, what
        super().__init__(f"{reason}: {what[:80]!r}")


@dataclass(frozen=True, slots=True)
class TunnelsHere:
    """WireGuard listens at this UDP port; who comes by `interface` may ask for names at these addresses."""

    port: int
    interface: str = ""
    resolvers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Router:
    """By zone its interfaces there, the internet's with them, and its own addresses."""

    legs: Mapping[str, tuple[str, ...]]
    addresses: tuple[Prefix, ...] = ()
    log_group: int = LOG_GROUP
    tunnels: TunnelsHere | None = None

    @property
    def zone_of(self) -> dict[str, str]:
        """The zone of each interface."""
        return {name: zone for zone, names in self.legs.items() for name in names}


def router_of(
    network: Network, uplinks: Sequence[str] = (), host: str = "", tunnels: TunnelsHere | None = None
) -> Router:
    """The machine that has a leg in each zone whose interface is stated, has `uplinks` to the internet, and is the
    host of this name, if it is one. `tunnels`: those that end there.
    """
    legs: dict[str, tuple[str, ...]] = {one.name: (one.interface,) for one in network.zones if one.interface}
    legs |= {INTERNET: tuple(uplinks)} if uplinks else {}
    return Router(legs, network.host_of[host].addresses if host else (), tunnels=tunnels)


def check_names(router: Router, rules: Iterable[Rule]) -> None:
    """A NotEmittable where a name could mean something else to nft than itself."""
    for zone in router.legs:
        if not _ZONE.fullmatch(zone):
            raise NotEmittable("zone", zone)
    interfaces = Counter(name for names in router.legs.values() for name in names)
    for name, times in interfaces.items():
        if not _INTERFACE.fullmatch(name):
            raise NotEmittable("interface", name)
        if times > 1:
            raise NotEmittable("interface-twice", name)
    for one in {rule.id for rule in rules}:
        if not _RULE.fullmatch(one):
            raise NotEmittable("rule", one)


def is_here(rule: Rule, router: Router) -> bool:
    """Whether packets that it fits can come by this machine."""
    return all(zone == ANYWHERE or zone in router.legs for zone in (rule.from_zone, rule.to_zone))
