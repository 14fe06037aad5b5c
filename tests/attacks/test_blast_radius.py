"""Who may know how far somebody gets: auditors and administrators; each look is journaled, and no secret is there."""

from __future__ import annotations

import pytest
from tests.web.conftest import Browser, House, house
from tests.web.network.conftest import ada, settled

__all__ = ["ada", "house"]
AT = "/console/network/blast"
LARGEST = f"{AT}/largest"


async def test_an_auditor_reads_it_and_changes_nothing(house: House, ada: Browser) -> None:
    who = house.id_of("ada@harbor.example")
    hugo = house.browser()
    await house.member(hugo, "Hugo", "auditors")
    for path in (f"{AT}?from=person:{who}", f"{AT}?from=person:{who}&taken=cookie", f"{AT}?from=office", LARGEST):
        page = await settled(hugo, path)
        assert 'method="post" action="/console/network' not in page
    sent = {"from": "office", "by": "isolation", "name": "servers", "zone": ""}
    assert (await hugo.post(AT, **sent)).headers["location"].startswith("/not-yet")


@pytest.mark.parametrize("group", ["staff", "helpdesk"])
async def test_who_is_no_auditor_learns_nothing(house: House, ada: Browser, group: str) -> None:
    who = house.id_of("ada@harbor.example")
    eve = house.browser()
    await house.member(eve, "Eve", group)
    for path in (AT, LARGEST, f"{AT}?from=person:{who}", f"{AT}?from=person:nobody"):
        page = await eve.get(path)
        assert page.headers["location"].startswith("/not-yet")
        assert "ada@harbor.example" not in page.text


async def test_looking_at_a_person_is_journaled(house: House, ada: Browser) -> None:
    who = house.id_of("ada@harbor.example")
    hugo = house.browser()
    await house.member(hugo, "Hugo", "auditors")
    await settled(hugo, f"{AT}?from=person:{who}")
    looks = [one for one in house.events("person.looked_at") if one.details["page"] == "blast radius"]
    assert {(one.actor, one.subject) for one in looks} == {(house.id_of("hugo@harbor.example"), who)}
    await settled(hugo, LARGEST)
    assert any(one.details["page"] == "largest blast radii" for one in house.events("person.looked_at"))


async def test_no_session_and_no_address_of_anybody_is_told(house: House, ada: Browser) -> None:
    who = house.id_of("ada@harbor.example")
    sessions = [one.id for one in house.limen.known.issued_to(("person", who))]
    assert sessions
    page = await settled(ada, f"{AT}?from=person:{who}")
    assert "203.0.113.7" not in page.split("<main")[1]
    assert not [one for one in sessions if one in page]


@pytest.mark.parametrize(
    "name", ["person:", "person:%3Cscript%3E", "device:..%2F", "person:" + "x" * 190, "group:staff"]
)
async def test_who_was_made_up_is_not_found(ada: Browser, name: str) -> None:
    await settled(ada, AT)
    page = await ada.get(f"{AT}?from={name}")
    assert page.status_code == 404
    assert "<script>" not in page.text.split("<main")[-1]
