from __future__ import annotations

from tests.web.console.conftest import Console

from limen.web.console.view_audit import FOLDED


async def test_looking_at_a_colleagues_events_is_itself_an_event_and_at_ones_own_is_not(console: Console) -> None:
    eve_id = await console.house.member(console.house.browser(), "Eve", "staff")
    hugo = console.house.browser()
    hugo_id = await console.house.member(hugo, "Hugo", "guests", "auditors")
    assert (await hugo.get(f"/console/people/{eve_id}")).status_code == 200
    assert (await hugo.get(f"/console/decisions?person={eve_id}")).status_code == 200
    assert (await hugo.get(f"/console/people/{hugo_id}")).status_code == 200
    seen = console.house.events("person.looked_at")
    assert {(one.actor, one.subject, one.details["page"], one.details["as"]) for one in seen} == {
        (hugo_id, eve_id, "person", "audit"),
        (hugo_id, eve_id, "decisions", "audit"),
    }


async def test_looking_at_everybodys_events_is_one_too_once_in_ten_minutes_for_each_page(console: Console) -> None:
    hugo = console.house.browser()
    hugo_id = await console.house.member(hugo, "Hugo", "guests", "auditors")
    pages = (
        "/console",
        "/console/decisions",
        "/console/decisions?app=wiki",
        "/console/decisions?app=none",
        "/console/apps/wiki",
    )
    for _ in range(3):
        for path in (*pages, "/console/apps/wiki/timeline", "/console/apps/git/timeline"):
            await hugo.get(path)

    def seen() -> list[tuple[str, str, str]]:
        events = [one for one in console.house.events("person.looked_at") if one.actor == hugo_id]
        return sorted((one.subject, str(one.details["page"]), str(one.details.get("app", ""))) for one in events)

    expected = [("", "app", "wiki"), ("", "decisions", ""), ("", "decisions", "wiki"), ("", "overview", "")]
    assert seen() == [*expected, ("", "timeline", "git"), ("", "timeline", "wiki")]
    console.house.clock.forward(FOLDED)
    await hugo.get("/console/decisions")
    assert len(seen()) == 7
