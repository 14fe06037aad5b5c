"""The map of the network: what is drawn leads somewhere, what is said is the same, and what is broken is red."""

from __future__ import annotations

import re

from tests.network.networks import flow, harbor, way, zone
from tests.web.conftest import Browser, House
from tests.web.network.conftest import Put, settled

from limen.network.model import INTERNET, Flow, Network, Never, Way
from limen.web.network.map import AT, MOST_ARROWS, MOST_DRAWN, ROWS

_ROW = re.compile(r'<tr id="([a-z0-9-]+)">(.*?)</tr>', re.DOTALL)
_ARROW = re.compile(r'<path class="reach[^"]*"')


def rows(page: str) -> dict[str, str]:
    return dict(_ROW.findall(page))


async def test_each_zone_is_drawn_and_said_and_leads_on(house: House, ada: Browser) -> None:
    page = (await ada.get(AT)).text
    picture = page.split('class="network-graph"')[1].split("</svg>")[0]
    zones = {*house.limen.in_force.company.parts["network.yaml"].network.zone_names}  # type: ignore[union-attr]
    assert rows(page).keys() == zones
    for name in zones:
        assert f'href="/console/network/zones/{name}"' in picture
        assert (await ada.get(f"{AT}/zones/{name}")).status_code == 200
    assert 'href="/console/network/matrix/office/finance"' in picture
    assert "/console/network/zones/finance" in rows(page)["office"]
    assert "/console/network/zones/office" in rows(page)["finance"]
    assert "finance-from-hall" in rows(page)["finance"]
    assert 'class="wall"' in page
    assert ' broken"' not in page


async def test_what_is_possible_and_must_never_be_is_red(ada: Browser, put: Put) -> None:
    never = Never("no-erp", way("office", "erp"), "salaries")
    put(harbor([flow("erp", way("office", "erp")), flow("web", way("office", INTERNET))], (), (never,)))
    page = (await ada.get(AT)).text
    assert 'class="wall broken"' in page
    assert page.count('marker-end="url(#arrow-broken)"') == 1
    assert 'role="alert"' in page
    assert "Refuted" in rows(page)["finance"]
    assert "Refuted" not in rows(page)["office"]


async def test_a_zone_says_what_it_reaches_and_what_reaches_it(ada: Browser) -> None:
    page = (await ada.get(f"{AT}/zones/finance")).text
    out, inwards = page.split('id="out"')[1].split('id="in"')
    assert "/console/network/flows/payroll-export" in out
    assert "/console/network/flows/accounting" in inwards
    assert "/console/network/flows/accounting" not in out
    assert "/console/network/blast?from=accounting" in page
    assert (await ada.get(f"{AT}/zones/nowhere")).status_code == 404


async def test_of_five_hundred_zones_a_part_is_drawn_and_all_are_listed_by_pages(ada: Browser, put: Put) -> None:
    zones = tuple(zone(f"z{number}", "server", number, has_ipv6=False) for number in range(120, 250))
    names = [one.name for one in zones]
    flows = [
        Flow(f"f{at}", Way((one,), (other,), ("any",)), "p", "it@harbor.example", "2027-05-01")
        for at, (one, other) in enumerate((one, other) for one in names[:40] for other in names[:40] if one != other)
    ]
    put(Network(zones, flows=tuple(flows)))
    page = await settled(ada, AT)
    assert page.count('<a class="node') == MOST_DRAWN
    assert len(_ARROW.findall(page)) <= MOST_ARROWS
    assert len(rows(page)) == ROWS
    later = (await ada.get(f"{AT}?start=100")).text
    assert not rows(page).keys() & rows(later).keys()
    assert len(rows(later)) == len(zones) + 1 - 100


async def test_without_zones_there_is_a_next_step_and_no_error(ada: Browser, put: Put) -> None:
    put(Network(()))
    for path in ("", "/matrix", "/flows", "/never", "/blast", "/zones/office", "/matrix/a/b", "/flows/a"):
        page = await ada.get(f"{AT}{path}")
        assert page.status_code == 200
        assert "/console/network/file" in page.text


async def test_it_is_no_page_for_employees(house: House) -> None:
    tom = house.browser()
    await house.member(tom, "Tom", "staff")
    for path in ("", "/zones/office", "/matrix", "/matrix/office/finance", "/flows", "/flows/accounting", "/never"):
        assert (await tom.get(f"{AT}{path}")).headers["location"].startswith("/not-yet")
