from __future__ import annotations

from tests.devices.laptops import Ida, agent, harbor, ida, laptop
from tests.devices.software_agent import SoftwareAgent
from tests.web.conftest import House

from limen.clock import DAY
from limen.devices.inventory import store
from limen.devices.inventory.model import SeenBrowser, Tier
from limen.devices.inventory.watching import FORGET_AFTER, SeenDevices

__all__ = ["agent", "harbor", "ida", "laptop"]


def seen_of(house: House) -> SeenDevices:
    return house.limen.core.offers.take(SeenDevices)


def kept(house: House) -> list[SeenBrowser]:
    return house.limen.database.read(lambda snapshot: store.every(snapshot.connection))


async def test_a_sign_in_is_seen(harbor: House, ida: Ida) -> None:
    found = await seen_of(harbor).inventory()
    assert [(one.tier, one.owner, one.browser, one.system) for one in found.devices] == [
        (Tier.UNMANAGED, ida.id, "Firefox", "linux")
    ]
    harbor.clock.forward(DAY)
    await ida.browser.sign_in()
    await seen_of(harbor).write()
    (one,) = kept(harbor)
    assert one.last_at - one.first_at >= DAY
    assert len(one.id) == 64
    assert all(value not in one.id for value in ida.browser.client.cookies.values())


async def test_a_browser_that_proved_where_it_sits_is_no_device_of_its_own(
    harbor: House, ida: Ida, laptop: SoftwareAgent
) -> None:
    await ida.browser.get("/devices/prove")
    asked = (await ida.browser.send("/devices/challenge")).json()
    done = await ida.browser.send("/devices/prove", proof=laptop.proof(asked))
    assert done.json()["device"] == "wren", done.text
    (one,) = (await seen_of(harbor).inventory()).devices
    assert (one.device_id, one.tier) == (laptop.device, Tier.MANAGED)
    await ida.browser.sign_in()
    assert len((await seen_of(harbor).inventory()).devices) == 1


async def test_browsers_are_forgotten(harbor: House, ida: Ida) -> None:
    await seen_of(harbor).write()
    harbor.clock.forward(FORGET_AFTER + DAY)
    await seen_of(harbor).forget()
    assert kept(harbor) == []


async def test_what_waits_is_bounded(harbor: House) -> None:
    seen = seen_of(harbor)
    seen.saw("p_1", "", "Firefox/1")
    for n in range(10_010):
        seen.saw("p_1", f"b{n}", "Firefox/1")
    await seen.write()
    assert len(kept(harbor)) <= 10_000
