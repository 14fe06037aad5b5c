"""What firewalls tell, how far each is believed, and that nothing denied is lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.network.networks import harbor as network
from tests.web.conftest import House, move_in

from limen.clock import MINUTE, SECOND
from limen.network.firewalls.crossings import Denied
from limen.network.firewalls.service import FirewallService
from limen.network.firewalls.store import EnrolledFirewall
from limen.network.firewalls.telling import BEYOND, Counted, Drift, Telling, Tells
from limen.network.learning.from_firewalls import Begun
from limen.network.model import Firewall, Network
from limen.pillar import FirewallLogs, NotTakenError

ONE = EnrolledFirewall("fw_1", "gw1", b"", 0)
DRIFT = Drift(({"where": "chain input", "was": "", "is": "accept"},), is_repaired=True)


@pytest.fixture
async def harbor(tmp_path: Path) -> AsyncIterator[House]:
    async with AsyncExitStack() as closing:
        house = await move_in(closing, tmp_path / "harbor")
        house.limen.known.set_rules(Network, network())
        yield house


def telling(house: House) -> Telling:
    return house.limen.core.offers.take(FirewallService).telling


def kept(house: House, monkeypatch: pytest.MonkeyPatch, *, fails: bool = False) -> list[dict[str, Any]]:
    """What monitoring is given."""
    found: list[dict[str, Any]] = []

    async def take(records: Sequence[bytes], _address: str) -> None:
        if fails:
            raise NotTakenError("monitoring is away")
        found.extend(json.loads(one) for one in records)

    offers = house.limen.core.offers
    real = offers.find
    monkeypatch.setattr(offers, "find", lambda kind: FirewallLogs(take) if kind is FirewallLogs else real(kind))
    return found


def packets(house: House, number: int, *, by: str = "vlan10") -> list[Denied]:
    at = house.clock.now() // SECOND
    return [Denied(at, by, "vlan60", "10.10.0.7", "10.60.0.2", 6, 22, number)]


async def test_what_was_counted_and_not_told_is_said_with_how_many(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, one = kept(harbor, monkeypatch), telling(harbor)
    await one.take(ONE, Tells(packets(harbor, 120), counted=[Counted("vlan10", "vlan60", 150)]), "")
    assert [each["why"] for each in found] == ["no-flow"]
    await one.take(ONE, Tells(packets(harbor, 20), counted=[Counted("vlan10", "vlan60", 5_000)]), "")
    said = found[-1]
    assert (said["why"], said["count"], said["from_zone"], said["to_zone"]) == (BEYOND, 5_010, "office", "backup")
    await one.take(ONE, Tells(counted=[Counted("vlan10", "vlan60", 900)]), "")
    assert found[-1] == said  # not all the time
    harbor.clock.forward(6 * MINUTE)
    await one.take(ONE, Tells(counted=[Counted("vlan10", "vlan60", 1)]), "")
    assert (found[-1]["why"], found[-1]["count"]) == (BEYOND, 901)
    figures = {tuple(each.labels.values()): each.value for each in one.figures()}
    assert figures["office", "backup"] == 150 + 5_000 + 900 + 1


async def test_who_invents_interfaces_fills_no_log_and_takes_nobodys_room(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    found, one = kept(harbor, monkeypatch), telling(harbor)
    for _ in range(3):
        await one.take(ONE, Tells(counted=[Counted(f"if{number}", "vlan60", 500) for number in range(1_000)]), "")
    assert len(found) == 100
    other = EnrolledFirewall("fw_2", "gw2", b"", 0)
    await one.take(other, Tells(counted=[Counted("vlan10", "vlan60", 500)]), "")
    assert (len(found), found[-1]["firewall"], found[-1]["count"]) == (101, "gw2", 500)
    harbor.clock.forward(6 * MINUTE)
    await one.take(ONE, Tells(), "")
    assert len(found) == 201


async def test_what_was_told_in_full_is_not_beyond(harbor: House, monkeypatch: pytest.MonkeyPatch) -> None:
    found, one = kept(harbor, monkeypatch), telling(harbor)
    for _ in range(50):
        await one.take(ONE, Tells(packets(harbor, 20)), "")
        await one.take(ONE, Tells(counted=[Counted("vlan10", "vlan60", 20)]), "")
    assert {each["why"] for each in found} == {"no-flow"}


async def test_what_monitoring_does_not_take_is_told_again_as_a_whole(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tells = Tells(packets(harbor, 1), (), [Counted("vlan10", "vlan60", 7)], [DRIFT], 3)
    kept(harbor, monkeypatch, fails=True)
    with pytest.raises(NotTakenError):
        await telling(harbor).take(ONE, tells, "")
    assert (telling(harbor).lost, harbor.events("network.drift")) == (0, [])
    monkeypatch.undo()
    kept(harbor, monkeypatch)
    await telling(harbor).take(ONE, tells, "")
    assert telling(harbor).lost == 3
    assert [each.value for each in telling(harbor).figures() if each.labels] == [7]


async def test_connections_are_learned_from(harbor: House) -> None:
    await telling(harbor).take(ONE, Tells(begun=[Begun(1, "10.10.0.7", "10.20.0.10", 6, 443, 1)]), "")
    assert harbor.events("network.firewall_unsound") == []


GUARDED = replace(network(), firewalls=(Firewall("gw1", "nftables", ("office", "servers", "backup"), "gateway"),))


async def test_an_unplanned_device_is_journalled_and_listed_by_what_was_begun_and_what_was_denied(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(harbor, monkeypatch)
    harbor.limen.known.set_rules(Network, GUARDED)
    at, one = harbor.clock.now() // SECOND, telling(harbor)
    begun = [Begun(at, source, "10.10.0.7", 6, 22, 1) for source in ("10.20.0.66", "10.20.0.10", "10.60.0.1")]
    at_home, forged = (Denied(at, by, "vlan10", source, "10.10.0.7", 6, 22, 1)
                       for by, source in (("vlan60", "10.60.0.66"), ("vlan10", "10.60.0.67")))  # fmt: skip
    for _ in range(2):
        await one.take(ONE, Tells([at_home, forged], begun), "10.60.0.1")
    said = {each.address: each.details["zone"] for each in harbor.events("network.unplanned_device")}
    assert said == {"10.20.0.66": "servers", "10.60.0.66": "backup"}
    assert len(harbor.events("network.unplanned_device")) == 2


async def test_after_an_hour_it_is_said_how_many_more_there_were(
    harbor: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(harbor, monkeypatch)
    harbor.limen.known.set_rules(Network, GUARDED)
    at, one = harbor.clock.now() // SECOND, telling(harbor)
    await one.take(ONE, Tells(begun=[Begun(at, f"10.20.0.{n}", "10.10.0.7", 6, 22, 1) for n in range(100, 150)]), "")
    harbor.clock.forward(61 * MINUTE)
    await one.say_more_unplanned()
    assert [each.details.get("more") for each in harbor.events("network.unplanned_device")].count(30) == 1


async def test_a_beacon_is_journalled(harbor: House) -> None:
    one = telling(harbor)
    for _ in range(60):
        at = harbor.clock.now() // SECOND
        await one.take(ONE, Tells(begun=[Begun(at, "10.10.0.7", "45.155.205.9", 6, 443, 1)]), "")
        harbor.clock.forward(10 * MINUTE)
    (event,) = harbor.events("network.beacon")
    assert (event.address, event.details["to"], event.details["seconds"]) == ("10.10.0.7", "45.155.205.9", 600)
