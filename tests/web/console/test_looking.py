from __future__ import annotations

from tests.web.console.conftest import Console


async def test_looking_at_a_colleagues_events_is_itself_an_event_and_at_ones_own_is_not(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    hugo = console.house.browser()
    hugo_id = await console.house.member(hugo, "Hugo", "guests", "auditors")
    assert (await hugo.get(f"/console/people/{eve_id}")).status_code == 200
    assert (await hugo.get(f"/console/decisions?person={eve_id}")).status_code == 200
    assert (await hugo.get(f"/console/people/{hugo_id}")).status_code == 200
    seen = console.house.events("person.looked_at")
    assert {(one.actor, one.subject, one.details["room"], one.details["as"]) for one in seen} == {
        (hugo_id, eve_id, "person", "audit"),
        (hugo_id, eve_id, "decisions", "audit"),
    }
