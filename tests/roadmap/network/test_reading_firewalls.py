"""What is read of firewalls: who enrolled, what each said that it has in force, and what somebody changed there."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from tests.network.networks import flow, way
from tests.roadmap.network.conftest import ROUTER, TODAY, Follow
from tests.web.conftest import House

from limen.events import Event
from limen.network.firewalls.drift_events import KIND as DRIFT
from limen.network.model import Firewall, Network
from limen.roadmap.network.evidence import FirewallState
from limen.roadmap.network.reading_firewalls import firewall_states
from limen.roadmap.network.rules_in_force import doubt
from limen.roadmap.sources import Sources


async def read(house: House, sources: Sources, network: Network) -> tuple[FirewallState, ...]:
    house.limen.journal.flush()
    now = replace(sources, now=house.clock.now())
    return await asyncio.to_thread(firewall_states, now, network, TODAY, lambda: None)


async def test_one_that_follows_has_in_force_what_is_meant_or_more_or_less(
    house: House, sources: Sources, network: Network, follow: Follow
) -> None:
    digest = await follow()
    (one,) = await read(house, sources, network)
    assert (one.confirmed, one.reported, one.wanted, one.beyond, one.lacking) == (digest, digest, digest, (), ())
    assert (one.heard_at > 0, one.settled_at > 0, "internet" in one.zones) == (True, True, True)
    assert doubt(one, house.clock.now()) == ""
    less = replace(network, flows=tuple(one for one in network.flows if one.id != "shared-files"))
    (one,) = await read(house, sources, less)
    assert [each.rule_ids for each in one.beyond or ()] == [("shared-files",)]
    more = replace(network, flows=(*network.flows, flow("new", way("office", "finance", "ssh"))))
    (one,) = await read(house, sources, more)
    assert (one.beyond, [each.rule_ids for each in one.lacking or ()]) == ((), [("new",)])
    assert doubt(one, house.clock.now()) == ""


async def test_what_somebody_changed_there_is_read(house: House, sources: Sources, network: Network) -> None:
    details: dict[str, str | int | bool] = {"firewall": ROUTER, "where": "chain forward", "repaired": False}
    house.limen.journal.record(Event(at=house.clock.now(), kind=DRIFT, details=details))
    (one,) = await read(house, sources, network)
    assert [(each.where, each.is_repaired) for each in one.drifts] == [("chain forward", False)]


async def test_of_gear_that_others_make_nothing_is_known(house: House, sources: Sources, network: Network) -> None:
    of = replace(network, firewalls=(Firewall("cloud", "aws", ("servers",)),))
    (one,) = await read(house, sources, of)
    assert (one.is_enrolled, one.beyond, one.zones) == (False, None, frozenset({"servers", "internet"}))
