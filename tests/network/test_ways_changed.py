"""A door that one worker opens is open at every other, and closes everywhere; and so with tunnels."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.network.doors.at_harbor import ADDRESS, Somebody, doors_of, write
from tests.network.tunnels.test_model import ROUTER, VPN
from tests.network.tunnels.test_tunnels import key
from tests.two_limens import TwoLimens, two_limens
from tests.web.conftest import House

from limen.network.firewalls.service import Asks, FirewallService, make_token
from limen.network.model import Network
from limen.network.tunnels import tunnels as module
from limen.network.tunnels.tunnels import NoTunnelError, Tunnels


@pytest.fixture
async def two(tmp_path: Path, where: str) -> AsyncIterator[TwoLimens]:
    async with two_limens(tmp_path, where, write) as running:
        yield running


@pytest.fixture
async def ida(two: TwoLimens) -> Somebody:
    browser = two.here.browser()
    somebody = Somebody(browser, await two.here.member(browser, "Ida", "staff"))
    await two.caught_up()
    return somebody


def tunnels_of(house: House) -> Tunnels:
    return house.limen.core.offers.take(Tunnels)


async def becomes(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError


async def test_what_one_worker_opens_is_open_at_the_other_which_closes_it_with_one_event(
    two: TwoLimens, ida: Somebody
) -> None:
    here, there = doors_of(two.here), doors_of(two.there)
    assert (await ida.opens()).headers["location"].startswith("/network/connect?done=opened")
    (door,) = here.open_of(ida.id)
    assert there.open_of(ida.id) == [door]
    assert there.rules() == here.rules() != ()
    again = Somebody(two.at(two.there, ida.browser, ADDRESS), ida.id)
    await again.opens()
    (newer,) = here.open_of(ida.id)
    assert newer.id != door.id
    assert there.open_of(ida.id) == [newer]
    closed = await ida.browser.post("/network/connect/close", opening=newer.id)
    assert "done=closed" in closed.headers["location"]
    assert there.rules() == here.rules() == ()
    events = two.here.events("network.door_closed")
    assert [event.details["opening"] for event in events] == [newer.id]


async def test_what_turns_the_decision_closes_it_at_both_and_is_said_once(two: TwoLimens, ida: Somebody) -> None:
    await ida.opens()
    here, there = doors_of(two.here), doors_of(two.there)
    assert there.rules()
    await two.there.limen.identity.sessions.revoke_person(ida.id, by="p_ada")
    assert (here.rules(), there.rules()) == ((), ())
    await asyncio.gather(here.settled(), there.settled())
    said = [event for house in (two.here, two.there) for event in house.events("network.door_closed")]
    assert len({event.id for event in said}) == 1


async def test_a_worker_that_decides_otherwise_opens_nothing_and_leaves_the_others(
    two: TwoLimens, ida: Somebody
) -> None:
    there = doors_of(two.there)
    two.there.limen.known.sessions.drop(next(iter(two.there.limen.known.sessions.values())).id)
    await ida.opens()
    assert there.rules() == ()
    assert doors_of(two.here).rules()


async def test_a_worker_that_starts_decides_about_what_is_open(two: TwoLimens, ida: Somebody) -> None:
    await ida.opens()
    there = doors_of(two.there)
    (door,) = there.all_open()
    there._forget(door)
    assert there.all_open() == []
    await there.catch_up()
    assert there.all_open() == [door]


def with_tunnels(two: TwoLimens) -> tuple[Tunnels, Tunnels]:
    for house in (two.here, two.there):
        house.limen.known.set_rules(Network, Network((VPN,), firewalls=(ROUTER,)))
    return tunnels_of(two.here), tunnels_of(two.there)


async def test_a_tunnel_is_the_devices_at_each_worker_and_no_two_have_a_key_or_an_address(two: TwoLimens) -> None:
    here, there = with_tunnels(two)
    await asyncio.sleep(0.05)
    given = await asyncio.gather(
        *((here, there)[number % 2].keep(f"dv_{number}", key(number)) for number in range(5)), return_exceptions=True
    )
    tunnels = [one[1] for one in given if isinstance(one, tuple)]
    assert len({one.addresses for one in tunnels}) == 5
    assert sorted(one.device_id for one in here.all()) == sorted(one.device_id for one in there.all())
    with pytest.raises(NoTunnelError) as refused:
        await there.keep("dv_9", key(0))
    assert refused.value.reason == "taken"
    there.leave("dv_0")
    await there.settled()
    assert here.of_device("dv_0") is None
    assert (await here.keep("dv_9", key(0)))[1].key == key(0)
    assert there.of_device("dv_9") == here.of_device("dv_9")


async def test_a_device_that_is_heard_at_another_worker_keeps_its_tunnel(
    two: TwoLimens, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LEASE", 600)
    here, there = with_tunnels(two)
    await asyncio.sleep(0.05)
    await here.keep("dv_1", key(1))
    for _ in range(8):
        await asyncio.sleep(0.25)
        await there.keep("dv_1", key(1))
    assert here.of_device("dv_1") is not None
    assert here.of_device("dv_1") == there.of_device("dv_1")
    await becomes(lambda: not here.all() and not there.all())


async def test_what_a_firewall_says_to_one_worker_the_others_know_and_none_takes_it_for_ahead(two: TwoLimens) -> None:
    here, there = (house.limen.core.offers.take(FirewallService) for house in (two.here, two.there))
    token = await two.here.limen.core.write(lambda t: make_token(t, "router", two.here.clock.now(), "p_ada"))
    enrolled = await here.enrol(token, "192.0.2.1")
    await two.caught_up()
    asked = Asks(enrolled.told.state.number, tunnel_key="k")
    await asyncio.wait({asyncio.ensure_future(here.ask(enrolled.secret, asked, "192.0.2.1"))}, timeout=0.3)
    await there.hear_others()
    heard = there.followers.heard[enrolled.firewall.id]
    assert (heard.tunnel_key, heard.state) == ("k", 0)
    there.followers.change()
    here.followers.change()
    await there.ask(enrolled.secret, Asks(here.followers.number + 5), "192.0.2.1")
    assert [one for house in (two.here, two.there) for one in house.events("network.firewall_unsound")] == []
