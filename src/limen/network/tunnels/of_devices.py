"""What agents that want to connect are told: how to reach the firewall, and what is behind it while a door is open."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from limen.clock import SECOND
from limen.network.doors.doors import Doors
from limen.network.doors.model import Opening
from limen.network.firewalls.followers import Followers
from limen.network.model import Network, Prefix
from limen.network.tunnels.model import End
from limen.network.tunnels.names import names_of
from limen.network.tunnels.tunnels import NoTunnelError, Tunnel, Tunnels
from limen.pillar import Core, DeviceTunnels, TunnelRefusedError


class OfDevices:
    """Used on the event loop alone. `offered` is what devices take of it."""

    def __init__(
        self,
        core: Core,
        tunnels: Tunnels,
        doors: Doors,
        followers: Followers,
        hear_others: Callable[[], Awaitable[None]],
    ) -> None:
        """`hear_others` has followers know what firewalls told other workers."""
        self._core, self._tunnels, self._doors, self._followers = core, tunnels, doors, followers
        self._hear_others = hear_others
        self.offered = DeviceTunnels(self._keep, tunnels.leave)

    async def _keep(self, device_id: str, key: str, app_id: str) -> dict[str, Any]:
        """One answer, "waiting", to an app that there is not, one that nobody opened yet, and one that is closed."""
        try:
            end, tunnel = await self._tunnels.keep(device_id, key)
        except NoTunnelError as error:
            raise TunnelRefusedError(error.what, error.fix) from None
        door = self._doors.open_by(device_id, app_id)
        return {
            "page": f"{self._core.settings.public_url}/network/connect?app={app_id}",
            "tunnel": await self._way(end, tunnel),
            "open": None if door is None else self._open(door),
        }

    def _keys(self, firewall: str) -> list[str]:
        ids = {one.id for one in self._followers.firewalls.values() if one.name == firewall}
        return [heard.tunnel_key for id_, heard in self._followers.heard.items() if id_ in ids and heard.tunnel_key]

    async def _way(self, end: End, tunnel: Tunnel) -> dict[str, Any] | None:
        """None until the firewall has told its key."""
        if not self._keys(end.firewall):
            await self._hear_others()
        keys = self._keys(end.firewall)
        if not keys:
            return None
        its = end.wireguard
        way = {"key": keys[0], "host": its.endpoint, "port": its.port, "addresses": list(tunnel.addresses)}
        return {**way, "resolvers": list(end.resolvers)}

    def _open(self, door: Opening) -> dict[str, Any]:
        known = self._core.known
        app, network = known.apps.get(door.app), known.rules_of(Network) or Network(())
        service = app.network if app is not None else None
        names = service.to if service is not None else ()
        return {
            "until": door.until // SECOND,
            "to": [{"name": name, "routes": [str(one) for one in places(network, name)]} for name in names],
            "services": list(service.services) if service is not None else [],
            "names": {} if service is None else {one: list(of) for one, of in names_of(door, service, network).items()},
        }


def places(network: Network, name: str) -> tuple[Prefix, ...]:
    """The addresses of a host, or of a zone; none of a name that the network has no longer."""
    if name in network.host_of:
        return network.host_of[name].addresses
    return network.zone_of[name].prefixes if name in network.zone_of else ()
