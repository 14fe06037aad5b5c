"""What a real firewall saw becomes the flows that are needed: all that was used, hardly more, and no never broken."""

from __future__ import annotations

import asyncio
import random
import socket
from ipaddress import ip_address

import pytest
from tests.laws.test_network_learning import let_through, with_all
from tests.network.firewalls.real_router import inside, needs_a_router
from tests.network.firewalls.world import World, router, world
from tests.network.learning.live import FORBIDDEN, NETWORK, TODAY, TRUTHS, all_open, answering, told, used

from limen.network.compiling import compiled
from limen.network.learning.proposing import SLACK, proposed

__all__ = ["router", "world"]
pytestmark = [needs_a_router, pytest.mark.slow]
REWRITTEN = """
table inet rewriting {
  chain rewritten {
    type nat hook prerouting priority dstnat;
    ip daddr 10.10.0.1 tcp dport 8443 dnat ip to 10.20.0.10:443;
  }
}
"""


async def test_what_went_through_the_firewall_is_proposed_and_nothing_that_must_never_be(world: World) -> None:
    await all_open(world)
    with answering(world.router):
        many = await used(world, random.Random(15), 200)
    seen = await told(world, many)
    proposal = proposed(NETWORK, seen, TODAY)
    ruleset = compiled(with_all(NETWORK, proposal), TODAY)
    wanted = {packet for truth in TRUTHS for packet in truth.packets()}
    assert all(ruleset.allows(one) for one in wanted)
    assert sum(one not in wanted for one in let_through(ruleset, wanted)) <= SLACK * len(wanted)
    assert not any(ruleset.allows(one) for one in FORBIDDEN.packets())
    assert [(one.never, one.count) for one in proposal.forbidden] == [("remote-desktops", 3)]


async def test_a_connection_is_to_where_it_was_translated_to(world: World) -> None:
    await all_open(world)
    world.router.run("nft", "-f", "-", given=REWRITTEN)
    await asyncio.to_thread(
        inside, world.router.hosts[10], lambda: socket.create_connection(("10.10.0.1", 8_443), timeout=60).close()
    )
    seen = await told(world, 1)
    ends = {contact[2:6] for contact in seen if contact.source == int(ip_address("10.10.0.10"))}
    assert ends == {(int(ip_address("10.10.0.10")), int(ip_address("10.20.0.10")), 6, 443)}
