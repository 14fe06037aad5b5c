"""What is in a zone and not stated, on the page of the zone, and how one press drafts a host."""

from __future__ import annotations

from tests.web.conftest import Browser, House
from tests.web.network.conftest import settled
from tests.web.network.test_changing import text_of

from limen.network.learning.from_firewalls import Begun
from limen.network.learning.service import Learning
from limen.network.model import Network
from limen.web.network.map import AT

ZONE = f"{AT}/zones/finance"


def stranger_of(house: House) -> str:
    """An address in the zone finance that no host has."""
    network = house.limen.known.rules_of(Network)
    assert network is not None
    return str(network.zone_of["finance"].prefixes[0].network_address + 6)


async def spoke(house: House) -> str:
    source, learning = stranger_of(house), house.limen.core.offers.take(Learning)
    learning.told([Begun(house.clock.now() // 1000, source, "1.1.1.1", 6, 8_443, 3)])
    await learning.keep()
    return source


def card(page: str) -> str:
    return page.split('id="unplanned"')[1].split("</section>", maxsplit=1)[0]


async def test_it_is_listed_and_one_press_drafts_a_host(house: House, ada: Browser) -> None:
    assert 'class="empty"' in card(await settled(ada, ZONE))
    house.clock.forward(120_000)
    address = await spoke(house)
    page = card(await settled(ada, ZONE))
    assert address in page
    assert "internet by tcp/8443" in page
    name = page.split('name="name" value="')[1].split('"')[0]
    begun = await ada.post(f"{ZONE}/hosts", name=name, address=address)
    assert name in await settled(ada, begun.headers["location"])
    await ada.post(f"{begun.headers['location']}/publish", reason="It is ours")
    assert f'{name}: {{zone: finance, addresses: ["{address}"]}}' in text_of(house)
    assert address not in card(await settled(ada, ZONE))


async def test_what_is_no_address_drafts_nothing(house: House, ada: Browser) -> None:
    before = text_of(house)
    await settled(ada, ZONE)
    for address in ("10.0.0.0/8", "x", ""):
        refused = await ada.post(f"{ZONE}/hosts", name="nas", address=address)
        assert refused.status_code == 400
        assert "10.20.0.9" in refused.text
    for name, address in (("Not A Name", stranger_of(house)), ("nas", "1.1.1.1")):
        assert (await ada.post(f"{ZONE}/hosts", name=name, address=address)).status_code in {400, 409}
    assert text_of(house) == before


async def test_zones_where_devices_come_and_go_have_no_such_list(ada: Browser) -> None:
    assert 'id="unplanned"' not in await settled(ada, f"{AT}/zones/office")


async def test_auditors_read_it_and_state_nothing(house: House) -> None:
    address, iris = await spoke(house), house.browser()
    await house.member(iris, "Iris", "auditors")
    page = card(await settled(iris, ZONE))
    assert address in page
    assert "<form" not in page
    assert (await iris.post(f"{ZONE}/hosts", name="nas", address=address)).headers["location"].startswith("/not-yet")
