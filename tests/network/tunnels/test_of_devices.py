"""What agents are told: nothing of the firewall before it has a key, and of what is behind it only what is open."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from tests.network.doors.at_harbor import Somebody, doors_of
from tests.network.networks import harbor as small_harbor
from tests.network.tunnels.test_model import ROUTER, VPN
from tests.network.tunnels.test_names import NAMED
from tests.network.tunnels.test_tunnels import key
from tests.web.conftest import House

from limen.clock import MINUTE, SECOND
from limen.network.doors.model import Opening
from limen.network.firewalls.followers import Heard
from limen.network.model import Network
from limen.network.tunnels.of_devices import OfDevices, places
from limen.network.tunnels.tunnels import Tunnels


async def nobody_else() -> None:
    """There is one worker."""


def test_a_name_is_the_addresses_of_a_host_or_of_a_zone() -> None:
    network = small_harbor()
    assert [str(one) for one in places(network, "office")] == [str(one) for one in network.zone_of["office"].prefixes]
    assert places(network, "erp") == network.host_of["erp"].addresses
    assert places(network, "gone") == places(network, "internet") == ()


async def test_it_is_told_what_is_open_and_by_which_way(harbor: House) -> None:
    known, now = harbor.limen.known, harbor.clock.now()
    before = known.rules_of(Network)
    assert before is not None
    known.set_rules(Network, Network((*before.zones, VPN), before.hosts, before.services, firewalls=(NAMED,)))
    tunnels = Tunnels(harbor.limen.core)
    door = Opening("no_1", "p_1", "s_1", "erp-desktop", "192.0.2.1", "d_1", now, now + MINUTE, "dv_1", ("10.99.0.2",))
    doors = SimpleNamespace(open_by=lambda *asked: door if asked == ("dv_1", "erp-desktop") else None)
    followers = SimpleNamespace(firewalls={"fw_1": SimpleNamespace(id="fw_1", name="router")}, heard={})
    told = OfDevices(harbor.limen.core, tunnels, cast("Any", doors), cast("Any", followers), nobody_else).offered
    assert (await told.keep("dv_2", key(2), "erp-desktop"))["tunnel"] is None
    followers.heard = {"fw_1": Heard(now, tunnel_key=key(9)), "fw_2": Heard(now, tunnel_key=key(8))}
    said = await told.keep("dv_1", key(1), "erp-desktop")
    _, mine = await tunnels.keep("dv_1", key(1))
    way = {"key": key(9), "host": "vpn.harbor.example", "port": 51_820, "addresses": list(mine.addresses)}
    assert said["tunnel"] == {**way, "resolvers": ["10.99.0.1", "fd00:99::1"]}
    names = {f"{one}.harbor.internal": ["10.21.0.4"] for one in ("erp", "erp-desktop")}
    to = [{"name": "erp", "routes": ["10.21.0.4/32"]}]
    assert said["open"] == {"until": door.until // SECOND, "to": to, "services": ["rdp"], "names": names}
    assert (await told.keep("dv_1", key(1), "another"))["open"] is None
    assert (await told.keep("dv_2", key(2), "erp-desktop"))["open"] is None
    tunnels.close()


async def test_a_door_leads_through_the_tunnel_of_the_device_that_the_session_is_tied_to(
    harbor: House, ida: Somebody
) -> None:
    known, now = harbor.limen.known, harbor.clock.now()
    before = known.rules_of(Network)
    assert before is not None
    zones = tuple(one for one in before.zones if one.name != "office")  # so that Ida is elsewhere
    known.set_rules(Network, Network((*zones, VPN), before.hosts, before.services, firewalls=(ROUTER,)))
    await asyncio.sleep(0.05)
    tunnels, doors = harbor.limen.core.offers.take(Tunnels), doors_of(harbor)
    _, mine = await tunnels.keep("dv_1", key(1))

    def by(device_id: str, binding: int = 2, until: int = now + MINUTE, address: str = "192.0.2.1") -> object:
        session = SimpleNamespace(device_id=device_id, binding=binding, bound_until=until)
        return doors.tunnel(cast("Any", session), address)

    assert by("dv_1") == mine
    assert by("dv_2") is by("") is by("dv_1", binding=0) is by("dv_1", until=now) is None
    assert by("dv_1", address="10.21.0.4") is None  # that is an address of the network
    assert (await ida.opens()).status_code == 400  # her session is tied to no device
    assert doors.all_open() == []
