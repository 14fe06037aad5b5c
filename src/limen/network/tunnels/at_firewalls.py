"""What the firewall is told where tunnels end: its own addresses there, and the key and addresses of each device."""

from __future__ import annotations

from typing import Any

from limen.network.firewalls.followers import Followers
from limen.network.tunnels.tunnels import Tunnels


def said(tunnels: Tunnels) -> dict[str, dict[str, Any]]:
    """By the firewall's name. Peers are there although they have no door: nothing is open to them then."""
    end = tunnels.end
    if end is None:
        return {}
    peers = [{"key": one.key, "addresses": list(one.addresses)} for one in tunnels.all()]
    its = end.wireguard
    return {end.firewall: {"interface": its.interface, "port": its.port, "addresses": list(end.own), "peers": peers}}


def tell_firewalls(tunnels: Tunnels, followers: Followers) -> None:
    """Tell it now, and whenever a tunnel comes or goes."""

    def tell() -> None:
        followers.tunnels(said(tunnels))

    tunnels.watch(tell)
    tell()
