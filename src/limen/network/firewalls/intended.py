"""What network.yaml means on a firewall with nftables: the ruleset that it is sent, and what of it people read."""

from __future__ import annotations

from dataclasses import dataclass

from limen.clock import Instant
from limen.errors import LimenError
from limen.network.compiling import compiled
from limen.network.emit.hosts import host_firewall
from limen.network.emit.nft_router import NotEmittable, TunnelsHere, router_of
from limen.network.emit.nftables import firewall
from limen.network.model import FILE, NFTABLES, Firewall, Network
from limen.network.nft.as_json import as_json
from limen.network.nft.as_text import as_text
from limen.network.tunnels.model import end_of_tunnels


@dataclass(frozen=True, slots=True)
class Intended:
    """`ruleset` is JSON for nft, `text` the same as people write it. `not_here`: zones that have no leg at the
    firewall; `is_administered`: some zone may administer the machine itself.
    """

    ruleset: str
    text: str
    not_here: tuple[str, ...]
    is_administered: bool


def firewall_called(network: Network, name: str) -> Firewall:
    """Raises LimenError where network.yaml names none, or it is enforced by other means."""
    found = next((one for one in network.firewalls if one.name == name), None)
    if found is None:
        raise LimenError(f"{FILE} names no firewall {name[:40]!r}", "write it into its `firewalls:` and publish that")
    if found.kind != NFTABLES:
        raise LimenError(
            f"{name} is a firewall of {found.kind}, which no program of Limen's follows",
            f"`limen firewall plan {name}` shows what it is to have",
        )
    return found


def intended(network: Network, name: str, today: str, now: Instant) -> Intended:
    """What is to be in force on the firewall of this name. Raises LimenError."""
    one = firewall_called(network, name)
    host = name if name in network.host_of else ""
    rules = compiled(network, today)
    try:
        if one.host:
            made = host_firewall(rules, network, network.host_of[one.host], now)
        else:
            tunnels = _tunnels(network, name)
            made = firewall(rules, network, router_of(network, one.uplinks, host, tunnels, one.zones or None), now)
    except NotEmittable as wrong:
        raise LimenError(f"{one.name} can't be given this network: {wrong}", f"change it in {FILE}") from wrong
    return Intended(as_json(made.table), as_text(made.table), made.not_here, made.is_administered)


def _tunnels(network: Network, name: str) -> TunnelsHere | None:
    end = end_of_tunnels(network)
    if end is None or end.firewall != name:
        return None
    return TunnelsHere(end.wireguard.port, end.wireguard.interface, end.resolvers)
