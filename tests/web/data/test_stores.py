from __future__ import annotations

import re

from tests.web.conftest import Browser, House
from tests.web.data.conftest import SHARE, WRONG, filled, state

from limen.data.inventory.model import StatedStores


async def test_without_a_store_the_page_says_how_to_begin(house: House, ada: Browser) -> None:
    state(house)
    page = await ada.get("/console/data")
    assert page.status_code == 200
    assert "<svg" not in page.text.partition("<main")[2].partition('class="empty"')[0]
    assert "limen data inventory" in page.text
    assert (await ada.get("/console/data/stores/shares")).status_code == 404


async def test_the_map_has_a_block_and_a_row_for_each_store(house: House, ada: Browser) -> None:
    await filled(house)
    page = (await ada.get("/console/data")).text
    drawing = page.partition('class="data-map"')[2].partition("</svg>")[0]
    assert re.findall(r'<a class="(store [^"]+)" href="([^"]+)"', drawing) == [
        ("store confidential exposed", "/console/data/stores/shares"),
        ("store restricted", "/console/data/stores/archive"),
        ("store confidential", "/console/data/stores/erp"),
    ]
    assert re.findall(r'<tr id="([^"]+)">', page) == ["shares", "archive", "erp"]
    assert WRONG in page


async def test_why_a_store_fails_can_be_read_whole(house: House, ada: Browser) -> None:
    """A label of one line would be cut, and with it the command that helps."""
    await filled(house)
    for at in ("/console/data", "/console/data/stores/erp"):
        page = (await ada.get(at)).text
        assert f'<span class="small break">{WRONG}</span>' in page


async def test_a_store_says_what_is_worst_in_it_and_who_reaches_it(house: House, ada: Browser) -> None:
    await filled(house)
    page = (await ada.get("/console/data/stores/shares")).text
    assert "salaries &lt;2026&gt;.csv" in page
    assert re.findall(r'<section class="card" id="([^"]+)">', page) == [
        "facts",
        "reach",
        "outside",
        "above",
        "folders",
        "kinds",
        "stale",
    ]
    assert "partner.example" in page
    people = {one.name for one in house.limen.known.people.values()}
    assert any(name in page.partition('id="reach"')[2].partition("</section>")[0] for name in people)
    archive = (await ada.get("/console/data/stores/archive")).text
    assert "aws:kms" in archive
    assert (await ada.get("/console/data/stores/erp")).text.count("gone") >= 1


async def test_going_through_a_store_now_needs_an_inventory_that_runs(house: House, ada: Browser) -> None:
    state(house, SHARE)
    await ada.get("/console/data")
    assert (await ada.post("/console/data/stores/other/take")).status_code == 404
    assert StatedStores({"shares": SHARE}) == house.limen.known.rules_of(StatedStores)
