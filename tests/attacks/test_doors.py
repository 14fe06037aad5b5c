"""Attacks on doors in the firewall: tried, refused, and without anything open afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_address, ip_network

import pytest
from tests.network.doors.at_harbor import ADDRESS, Somebody, doors_of, harbor, ida
from tests.web.conftest import House

from limen.clock import HOUR
from limen.network.doors import doors
from limen.network.doors.model import Opening, rules_of
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.firewalls.telling import Tells
from limen.network.model import Firewall, Network

__all__ = ["harbor", "ida"]


async def test_a_door_is_open_for_no_other_address_than_it_was_asked_from(harbor: House, ida: Somebody) -> None:
    """Neither a field of the form nor of the head says another."""
    await ida.browser.get("/network/connect")
    await ida.browser.post("/network/connect", app="erp-desktop", address="203.0.113.99", source="10.21.0.4")
    await ida.browser.client.get(
        "/network/connect", headers={"X-Real-IP": "203.0.113.98", "Forwarded": "for=203.0.113.98"}
    )
    assert {one.box.source for one in doors_of(harbor).rules()} == {(int(ip_address(ADDRESS)),) * 2}


async def test_another_site_opens_nothing_with_somebody_s_session(harbor: House, ida: Somebody) -> None:
    await ida.browser.get("/network/connect")
    forged = await ida.browser.client.post(
        "/network/connect",
        data={"app": "erp-desktop"},
        headers={"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert forged.status_code in {400, 403}
    without = await ida.browser.client.post("/network/connect", data={"app": "erp-desktop", "csrf": "made-up"})
    assert without.status_code in {400, 403}
    assert doors_of(harbor).all_open() == []


async def test_nobody_who_is_not_signed_in_opens_or_sees_anything(harbor: House, ida: Somebody) -> None:
    await ida.opens()
    stranger = harbor.browser()
    page = await stranger.get("/network/connect")
    assert (page.status_code, page.headers["location"].startswith("/sign-in")) == (303, True)
    assert "erp-desktop" not in page.text
    assert len(doors_of(harbor).all_open()) == 1


async def test_a_name_does_not_say_whether_there_is_such_a_door(harbor: House, ida: Somebody) -> None:
    """What is none and what is an app of another kind are answered alike."""
    answers = [await ida.opens(app) for app in ("wiki", "no-such-app", "", "x" * 5_000, "../../x")]
    assert len({one.status_code for one in answers}) == 1


async def test_a_quarantined_session_or_a_revoked_one_keeps_no_door(harbor: House, ida: Somebody) -> None:
    await ida.opens()
    doors = doors_of(harbor)
    known = harbor.limen.known
    known.set_not_before(("person", ida.id), harbor.clock.now() + 1)
    for _ in range(100):
        if not doors.all_open():
            break
        await asyncio.sleep(0.01)
    assert doors.all_open() == []
    refused = await ida.browser.post("/network/connect", app="erp-desktop")
    assert refused.headers.get("location", "").startswith("/sign-in") or refused.status_code >= 400
    assert doors.all_open() == []


async def test_a_firewall_that_can_not_be_told_keeps_no_other_open(harbor: House, ida: Somebody) -> None:
    told: list[int] = []
    doors = doors_of(harbor)

    def fails() -> None:
        raise OSError("gone")

    doors.watch(fails)
    doors.watch(lambda: told.append(len(doors.rules())))
    await ida.opens()
    await ida.browser.get("/network/connect")
    await ida.browser.post("/network/connect/close", opening=doors.open_of(ida.id)[0].id)
    assert told == [2, 0]  # rdp is TCP and UDP


@pytest.mark.parametrize("name", ["internet", "everything", "inside", "office' drop", ""])
def test_a_name_that_stands_for_more_opens_nothing(name: str) -> None:
    from tests.network.networks import harbor as network

    from limen.facts.network_service import NetworkService

    door = Opening("no_1", "p", "s", "a", "10.10.0.7", "d", 0, HOUR)
    assert list(rules_of(door, NetworkService((name,), ("ssh",)), network())) == []
    assert list(rules_of(door, NetworkService(("erp",), ("any",)), network())) == []
    assert list(rules_of(replace(door, address="10.10.0.7%eth0"), NetworkService(("erp",), ("ssh",)), network())) == []


async def test_a_network_that_loses_its_zones_leaves_no_rule(harbor: House, ida: Somebody) -> None:
    await ida.opens()
    harbor.limen.known.set_rules(Network, Network(()))
    assert doors_of(harbor).rules() == ()


async def test_another_machine_at_the_address_finds_no_door(harbor: House, ida: Somebody) -> None:
    """A lease that went on to somebody else, as a firewall sees it; one that nothing was opened at has nothing to say,
    or a server that was taken over would close the doors of everybody.
    """
    known = harbor.limen.known
    network = known.rules_of(Network) or Network(())
    guarded = (Firewall("erp", "nftables", (), host="erp"), Firewall("vault", "nftables", (), host="vault"))
    vault = replace(network.hosts[0], name="vault", zone="backup", addresses=(ip_network("10.60.0.4"),))
    known.set_rules(Network, replace(network, hosts=(*network.hosts, vault), firewalls=guarded))
    await ida.opens()
    its, firewalls = doors_of(harbor), harbor.limen.core.offers.take(FirewallService)
    one, other = EnrolledFirewall("fw_1", "erp", b"", 0), EnrolledFirewall("fw_2", "vault", b"", 0)
    await firewalls.telling.take(one, Tells(moved=["10.10.0.200", "nowhere", ""]), "")
    await firewalls.telling.take(other, Tells(moved=[ADDRESS]), "")  # nothing was opened there for anybody
    assert len(its.all_open()) == 1
    await firewalls.telling.take(one, Tells(moved=[ADDRESS]), "")
    assert its.all_open() == []
    await its.settled()
    assert [event.reason for event in harbor.events("network.door_closed")] == ["moved"]


async def test_nobody_s_doors_take_the_room_of_everybody_s(
    harbor: House, ida: Somebody, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RDP is TCP and UDP: two rules."""
    monkeypatch.setattr(doors, "MOST_RULES_OF_ONE", 1)
    await ida.opens()
    assert doors_of(harbor).all_open() == []
    monkeypatch.setattr(doors, "MOST_RULES_OF_ONE", 2)
    await ida.opens()
    await ida.opens()  # the same again takes the place of the one before
    assert len(doors_of(harbor).all_open()) == 1
