"""Rules that would cut whoever administers the machine are refused, tried with the real kernel."""

from __future__ import annotations

import asyncio

from tests.network.firewalls.real_router import needs_a_router
from tests.network.firewalls.rules import rules
from tests.network.firewalls.world import SSHD, World

from limen.network.firewalls.limen_firewall.admin_connections import AdminConnection
from limen.network.firewalls.limen_firewall.rehearsal import cut_by
from limen.network.firewalls.limen_firewall.rulesets import Ruleset
from limen.network.firewalls.store import REFUSED, TRIAL

pytestmark = needs_a_router


def test_the_kernel_says_which_connections_go_on() -> None:
    by_admins = AdminConnection("vlan50", "10.50.0.1", "10.50.0.9", 22, is_in=True)
    by_others = AdminConnection("x0", "10.60.0.1", "10.60.0.9", 22, is_in=True)
    out = AdminConnection("vlan50", "fd00:50::1", "fd00:50::9", 8443, is_in=False)
    assert cut_by(Ruleset(rules(443)), []) == []
    assert cut_by(Ruleset(rules(443)), [by_admins, by_others, out]) == [str(by_others)]


async def test_it_does_not_cut_whoever_administers_it(world: World) -> None:
    await world.confirmed(rules(443))
    process = world.router.start("sshd", "python3", "-c", SSHD)
    await asyncio.sleep(0.5)
    assert process.poll() is None
    live = await asyncio.to_thread(world.router.connect, 50, "10.50.0.1", 22)
    change = await world.send(rules(443, admins="vlan10"))
    refused = await world.is_now(change, REFUSED)
    assert "10.50.0.10" in refused.why
    assert await world.reaches(443)
    await world.is_now(await world.send(rules(443, 80)), TRIAL)
    live.close()


async def test_what_cuts_the_way_to_limen_is_refused(world: World) -> None:
    await world.confirmed(rules(443))
    chain = {"family": "inet", "table": "limen", "name": "output", "type": "filter", "hook": "output", "prio": 0}
    cuts = ({"chain": {**chain, "policy": "drop"}},)
    refused = await world.is_now(await world.send(rules(443, also=cuts)), REFUSED)
    assert "Limen" in refused.why
