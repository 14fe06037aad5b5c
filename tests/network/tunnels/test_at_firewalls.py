"""What the firewall is told where tunnels end, and that nobody else is."""

from __future__ import annotations

import asyncio
import json

from tests.network.tunnels.test_model import ROUTER, VPN
from tests.network.tunnels.test_tunnels import key
from tests.web.conftest import House

from limen.clock import SetClock
from limen.following.keys import SigningKey, new_secret
from limen.network.firewalls.followers import Followers
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.model import Network
from limen.network.tunnels.at_firewalls import tell_firewalls
from limen.network.tunnels.tunnels import Tunnels


async def test_one_is_told_at_once_and_the_others_never(harbor: House) -> None:
    now = harbor.clock.now()
    followers = Followers(SetClock(now), (SigningKey("ca_1", now, new_secret()),))
    ones = [EnrolledFirewall(f"fw_{name}", name, b"1" * 32, now) for name in ("router", "other")]
    tunnels = Tunnels(harbor.limen.core)
    tell_firewalls(tunnels, followers)
    assert "tunnels" not in json.loads(followers.state(ones[0]).text)
    harbor.limen.known.set_rules(Network, Network((VPN,), firewalls=(ROUTER,)))
    await asyncio.sleep(0.05)
    number = followers.number
    _, one = tunnels.keep("dv_1", key(1))
    assert followers.number > number
    said, other = (json.loads(followers.state(each).text) for each in ones)
    assert said["tunnels"]["peers"] == [{"key": key(1), "addresses": list(one.addresses)}]
    assert "tunnels" not in other
    tunnels.leave("dv_1")
    assert json.loads(followers.state(ones[0]).text)["tunnels"]["peers"] == []
    tunnels.close()
