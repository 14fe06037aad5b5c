"""Who could open what, as the pages of a person and of an app say it."""

from __future__ import annotations

from tests.web.console.conftest import Console

from limen.web.console.access_preview import apps_of, people_of


async def test_the_apps_of_a_person_and_the_people_of_an_app_are_the_same_answers(console: Console) -> None:
    house = console.house
    tom_id = await house.member(house.browser(), "Tom", "staff")
    await house.invite("Noa", "staff")
    limen, now = house.limen, house.clock.now()
    page = (await console.ada.get(f"/console/people/{tom_id}")).text
    assert 'href="/console/what-if?person=' in page
    noa = (await console.ada.get(f"/console/people/{house.id_of('noa@harbor.example')}")).text
    assert "available once they are enrolled, with a passkey used just now" in noa
    assert ">Wiki</a>" in noa
    site = type("Site", (), {"known": limen.known, "ports": type("Ports", (), {"in_force": limen.in_force})})
    tom = limen.known.people[tom_id]
    of_tom = {one.app.id: one.actions for one in apps_of(site, tom, now)}
    assert "view" in of_tom["wiki"]
    assert of_tom["payroll"] == ()
    assert "limen" not in of_tom
    for app_id, actions in of_tom.items():
        people = people_of(site, limen.known.apps[app_id], now)
        assert {one.person.id: one.actions for one in people}[tom_id] == actions
        assert "Noa" not in {one.person.name for one in people}
        opened = [bool(one.actions) for one in people]
        assert opened == sorted(opened, reverse=True)


async def test_the_pages_show_them_and_what_stands_in_the_way(console: Console) -> None:
    tom_id = await console.house.member(console.house.browser(), "Tom", "staff")
    person = (await console.ada.get(f"/console/people/{tom_id}")).text
    assert "available with a passkey used just now" in person
    assert "not available</summary>" in person
    app = (await console.ada.get("/console/apps/wiki")).text
    assert f'<a href="/console/people/{tom_id}" title=' in app
