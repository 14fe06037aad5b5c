"""What the firewall is told where tunnels end: its own addresses there, the key and addresses of each device, and by
which names a device finds what is open to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from limen.facts import FactStore
from limen.network.doors.doors import Doors
from limen.network.firewalls.followers import Followers
from limen.network.model import Network
from limen.network.tunnels.names import names_of
from limen.network.tunnels.tunnels import Tunnels

MOST_NAMES: Final = 20_000
"""Of all devices together; what comes after them is found by its address alone."""


def said(tunnels: Tunnels, doors: Doors, known: FactStore) -> dict[str, dict[str, Any]]:
    """By the firewall's name. Peers are there although they have no door: nothing is open to them then."""
    end = tunnels.end
    if end is None:
        return {}
    peers = [{"key": one.key, "addresses": list(one.addresses)} for one in tunnels.all()]
    its = end.wireguard
    about = {"interface": its.interface, "port": its.port, "addresses": list(end.own), "peers": peers}
    named = {"names": list(islice(_names(doors, known), MOST_NAMES))} if its.domain else {}
    return {end.firewall: {**about, **named}}


def _names(doors: Doors, known: FactStore) -> Iterator[dict[str, Any]]:
    """Who may know which name, and until when (milliseconds since 1970)."""
    network = known.rules_of(Network) or Network(())
    for one in doors.all_open():
        app = known.apps.get(one.app)
        if app is not None and app.network is not None:
            for name, addresses in names_of(one, app.network, network).items():
                yield {"for": list(one.tunnel), "name": name, "addresses": list(addresses), "until": one.until}


def tell_firewalls(tunnels: Tunnels, doors: Doors, followers: Followers, known: FactStore) -> None:
    """Tell it now, and whenever a tunnel or a door comes or goes."""

    def tell() -> None:
        followers.tunnels(said(tunnels, doors, known))

    tunnels.watch(tell)
    doors.watch(tell)
    tell()
