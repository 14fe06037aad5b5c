"""What the firewall is told where tunnels end, and that nobody else is."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace
from typing import cast

from tests.network.tunnels.test_model import VPN
from tests.network.tunnels.test_names import DOOR, ERP, FINANCE, NAMED
from tests.network.tunnels.test_tunnels import key
from tests.web.conftest import House

from limen.clock import SetClock
from limen.facts import App, Label, Upstream
from limen.facts.network_service import NetworkService
from limen.following.keys import SigningKey, new_secret
from limen.network.doors.doors import Doors
from limen.network.firewalls.followers import Followers
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.model import Network
from limen.network.services import built_in_services
from limen.network.tunnels.at_firewalls import tell_firewalls
from limen.network.tunnels.tunnels import Tunnels

DESKTOP = App("erp-desktop", "ERP", "", Upstream(""), Label.INTERNAL, network=NetworkService(("erp",), ("rdp",)))


async def test_one_is_told_at_once_and_the_others_never(harbor: House) -> None:
    now, known = harbor.clock.now(), harbor.limen.known
    followers = Followers(SetClock(now), (SigningKey("ca_1", now, new_secret()),))
    ones = [EnrolledFirewall(f"fw_{name}", name, b"1" * 32, now) for name in ("router", "other")]
    tunnels = Tunnels(harbor.limen.core)
    told, opened = [], []
    doors = SimpleNamespace(all_open=lambda: opened, watch=told.append)
    tell_firewalls(tunnels, cast("Doors", doors), followers, known)
    assert "tunnels" not in json.loads(followers.state(ones[0]).text)
    known.set_company([*known.apps.values(), DESKTOP], known.groups.values(), known.networks)
    known.set_rules(Network, Network((VPN, FINANCE), (ERP,), built_in_services(), firewalls=(NAMED,)))
    await asyncio.sleep(0.05)
    number = followers.number
    _, one = await tunnels.keep("dv_1", key(1))
    assert followers.number > number
    said, other = (json.loads(followers.state(each).text) for each in ones)
    assert said["tunnels"]["peers"] == [{"key": key(1), "addresses": list(one.addresses)}]
    assert said["tunnels"]["names"] == []
    assert "tunnels" not in other

    opened.append(DOOR)
    told[0]()
    names = json.loads(followers.state(ones[0]).text)["tunnels"]["names"]
    assert [each["name"] for each in names] == [f"{each}.harbor.internal" for each in ("erp", "books", "erp-desktop")]
    assert names[0] == {**names[0], "for": list(DOOR.tunnel), "addresses": ["10.21.0.4", "fd00:21::4"], "until": 9}
    tunnels.leave("dv_1")
    assert json.loads(followers.state(ones[0]).text)["tunnels"]["peers"] == []
    tunnels.close()
