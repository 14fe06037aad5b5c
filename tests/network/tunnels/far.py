"""Harbor with tunnels that end at a real router, and laptops elsewhere. A stand-in decides here."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from tests.devices.served import OWNER, served, until
from tests.network.firewalls.real_router import real_router
from tests.network.firewalls.world import NAME, World, followed
from tests.network.networks import host
from tests.network.tunnels.laptop import Laptop, interface

from limen.clock import HOUR
from limen.facts import App, Label, Upstream
from limen.facts.network_service import NetworkService
from limen.network.doors.doors import Doors
from limen.network.doors.model import Opening
from limen.network.firewalls.intended import intended
from limen.network.model import Firewall, Network, WireGuard, Zone
from limen.network.services import built_in_services
from limen.network.tunnels.tunnels import Tunnels
from limen.pillar import KeptOpen
from limen.policy import Effect

SERVER = "10.20.0.10"
ELSEWHERE = "10.10.0.10"
"""Where laptops are: for Harbor's router that is the internet."""
ENDPOINT = "10.10.0.1:51820"
DOMAIN = "harbor.internal"
RESOLVER, RESOLVER_6 = "10.99.0.1", "fd00:99::1"
ROUTES = ("10.20.0.0/24", "fd00:20::/64", f"{RESOLVER}/32", f"{RESOLVER_6}/128")
DOOR = App("desk", "Desk", "", Upstream(""), Label.INTERNAL, network=NetworkService(("desk",), ("rdp",)))


def network(tunnels: str) -> Network:
    def zone(name: str, kind: str, leg: str, *prefixes: str) -> Zone:
        return Zone(name, kind, tuple(map(ip_network, prefixes)), leg)

    return Network(
        (
            zone("servers", "server", "vlan20", "10.20.0.0/24", "fd00:20::/64"),
            zone("admin", "management", "vlan50", "10.50.0.0/24"),
            zone("vpn", "vpn", tunnels, "10.99.0.0/24", "fd00:99::/64"),
        ),
        (host("desk", "servers", SERVER),),
        built_in_services(),
        firewalls=(
            Firewall(
                NAME,
                "nftables",
                ("servers", "admin", "vpn"),
                uplinks=("vlan10",),
                wireguard=WireGuard(tunnels, "10.10.0.1", domain=DOMAIN),
            ),
        ),
    )


@dataclass
class Far:
    world: World
    tunnels: Tunnels
    doors: Doors
    turns: list[Callable[[str], None]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The router's."""
        return next(heard.tunnel_key for heard in self.world.firewalls.followers.heard.values())

    async def has(self, one: Laptop, device_id: str = "dv_ida", *, addresses: tuple[str, ...] = ()) -> tuple[str, ...]:
        """This laptop has its tunnel, with the addresses that it was given (or these)."""
        given = (await self.tunnels.keep(device_id, one.key))[1].addresses
        await until(lambda: self.key)
        await until(lambda: one.key in self.world.router.run("wg", "show", "all", "peers"))
        await asyncio.to_thread(one.connect_to, ENDPOINT, self.key, addresses or given, *ROUTES)
        return given

    async def open(self, device_id: str = "dv_ida", lasts: int = HOUR) -> Opening:
        """Somebody signed in on this device opens the door, from elsewhere."""
        house = self.world.limen.house
        ends = self.world.now + lasts
        session = SimpleNamespace(id="s_1", expires_at=ends, device_id=device_id, binding=2, bound_until=ends)
        asked = await self.doors.open("desk", cast("Any", session), house.limen.known.people[OWNER], ELSEWHERE)
        assert asked.opening is not None
        return asked.opening

    async def becomes(self, *, reachable: bool, port: int = 3_389, seconds: float = 10) -> float:
        return await self.world.becomes(reachable=reachable, port=port, seconds=seconds)


@asynccontextmanager
async def far(folder: Path) -> AsyncIterator[Far]:
    with real_router(folder / "router") as router:
        async with served(folder / "harbor") as limen, followed(limen, router) as world:
            house = limen.house
            of = network(interface("r"))
            known = house.limen.known
            known.set_company([*known.apps.values(), DOOR], known.groups.values(), known.networks)
            known.set_rules(Network, of)
            turns: list[Callable[[str], None]] = []
            answer = SimpleNamespace(effect=Effect.PERMIT, id="d_1", word="")

            def decide(_door: str, _app: App, session: object, *_: object) -> object:
                return SimpleNamespace(**vars(answer), session=session)

            def watch(
                _decision: object, _door: str, _address: str, _tied: int, ended: Callable[[str], None]
            ) -> Callable[[], None]:
                turns.append(ended)
                return lambda: None

            kept = KeptOpen(cast("Any", decide), lambda _decision, latest: latest, watch)
            tunnels, doors = house.limen.core.offers.take(Tunnels), house.limen.core.offers.take(Doors)
            doors._kept = kept
            await world.confirmed(intended(of, NAME, "2026-11-27", world.now).ruleset)
            yield Far(world, tunnels, doors, turns)
