"""The blast radius: what is within reach, step by step, and the change that shrinks it most as a draft."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.network.networks import flow, harbor, way
from tests.web.conftest import Browser, House
from tests.web.network.conftest import Put, settled

from limen.network.model import FILE, INTERNET, Network
from limen.web.network.radius import AT, LARGEST


async def test_it_is_drawn_and_listed_with_its_steps(ada: Browser, put: Put) -> None:
    put(
        harbor(
            [flow("a", way("office", "files")), flow("b", way("files", "vault")), flow("c", way("guests", INTERNET))]
        )
    )
    page = await settled(ada, f"{AT}?from=office")
    assert 'class="node start"' in page
    assert page.count('class="node reached"') == 2
    assert "node beyond" in page
    reached = page.split('id="reached"')[1]
    assert "10.20.0.10" in reached
    assert "10.60.0.2" in reached
    assert "/console/network/flows/c" not in reached
    assert 'name="name" value="a"' in page


async def test_from_where_nothing_leads_on_nothing_is_to_be_changed(ada: Browser, put: Put) -> None:
    put(harbor())
    page = await settled(ada, f"{AT}?from=internet")
    assert 'id="change"' not in page
    assert "/console/network/flows/" not in page.split('id="reached"')[1]


@pytest.mark.parametrize("wrong", ["nowhere", "10.10.0.7", "<script>"])
async def test_what_is_no_place_is_not_found(ada: Browser, wrong: str) -> None:
    await settled(ada, AT)
    found = await ada.get(f"{AT}?from={wrong}")
    assert found.status_code == 404
    assert 'list="places"' in found.text
    assert 'role="alert"' in found.text
    assert "<script>" not in found.text.split("<main")[1]


async def test_somebody_is_found_by_what_people_call_them(house: House, ada: Browser) -> None:
    ada_id = house.id_of("ada@harbor.example")
    for name in ("ada@harbor.example", house.limen.known.people[ada_id].name.lower(), f"person:{ada_id}"):
        assert 'aria-label="What is stolen"' in await settled(ada, f"{AT}?from={quote(name)}"), name


async def test_nothing_is_asked_before_somebody_chooses(ada: Browser) -> None:
    page = await settled(ada, AT)
    assert 'list="places"' in page
    assert f"{AT}?from=" in page


async def test_the_change_becomes_a_draft_that_says_what_is_closed(house: House, ada: Browser) -> None:
    page = await settled(ada, f"{AT}?from=office")
    assert 'name="name" value="directory"' in page
    begun = await ada.post(AT, **{"from": "office", "by": "flow", "name": "directory", "zone": "directory"})
    assert begun.status_code == 303
    draft = begun.headers["location"]
    assert "dc1" in (await settled(ada, draft)).split('id="people"')[1]
    dropped = await ada.post(f"{draft}/drop")
    assert (await ada.get(dropped.headers["location"])).status_code == 200
    assert house.limen.in_force.company is not None
    assert "directory" in house.limen.in_force.company.files[FILE]


@pytest.mark.parametrize(
    "sent",
    [
        {"flow": "gone", "zone": ""},
        {"by": "flow", "name": "directory", "zone": "nowhere"},
        {"flow": "", "zone": "finance"},
    ],
)
async def test_what_is_not_there_can_not_be_taken_out(ada: Browser, sent: dict[str, str]) -> None:
    await settled(ada, f"{AT}?from=office")
    assert (await ada.post(AT, **{"from": "office", **sent})).status_code == 400


async def test_a_page_older_than_the_rules_changes_nothing(ada: Browser) -> None:
    await settled(ada, f"{AT}?from=office")
    old = await ada.post(AT, **{"from": "office", "by": "flow", "name": "directory", "zone": "", "base": "0" * 32})
    assert old.status_code in {400, 409}


async def test_a_person_is_a_start_with_three_things_to_steal(house: House, ada: Browser) -> None:
    who = f"{AT}?from=person:{house.id_of('ada@harbor.example')}"
    pages = {taken: await settled(ada, f"{who}&taken={taken}") for taken in ("laptop", "cookie", "password")}
    assert 'aria-current="true">' in pages["cookie"]
    assert "/console/apps/limen" in pages["laptop"].split('id="apps"')[1]
    assert 'id="apps"' not in pages["password"]
    assert 'class="access-graph"' in pages["laptop"]
    assert 'class="network-graph"' in pages["laptop"]
    assert (await ada.get(f"{who}&taken=token")).status_code == 404


async def test_what_an_app_requires_becomes_a_draft(house: House, ada: Browser) -> None:
    await settled(ada, f"{AT}?from=office")
    begun = await ada.post(AT, **{"from": "office", "by": "binding", "name": "wiki", "zone": ""})
    assert begun.status_code == 303
    assert "wiki-bound" in await settled(ada, begun.headers["location"])


async def test_a_zone_is_kept_apart_as_a_draft(house: House, ada: Browser) -> None:
    await settled(ada, f"{AT}?from=office")
    begun = await ada.post(AT, **{"from": "office", "by": "isolation", "name": "servers", "zone": ""})
    assert begun.status_code == 303
    page = await settled(ada, begun.headers["location"])
    assert "servers" in page.split(FILE)[1]


async def test_the_largest_come_first_and_lead_to_their_pages(ada: Browser) -> None:
    page = await settled(ada, LARGEST)
    rows = page.split('id="largest"')[1]
    assert f"{AT}?from=web-shop" in rows
    assert rows.count("<tr>") > 10


async def test_without_a_network_people_are_looked_at_still(house: House, ada: Browser, put: Put) -> None:
    put(Network(()))
    page = await settled(ada, f"{AT}?from=person:{house.id_of('ada@harbor.example')}")
    assert 'id="apps"' in page
    assert 'id="drawn"' not in page
    assert "person:" in await settled(ada, AT)
    assert 'id="largest"' in await settled(ada, LARGEST)
