"""Whoever changes here what a source owns is refused, by whatever form; and names from a source are only text."""

from __future__ import annotations

import pytest
from tests.identity.sources.scim.conftest import Telling, patch, telling

from limen.identity.days import today
from limen.identity.model import PersonStatus
from limen.identity.people_csv import read_people
from limen.identity.people_import import difference
from limen.identity.sources.owning import OwnedElsewhereError

__all__ = ["telling"]
OFF = patch({"op": "replace", "path": "active", "value": False})
SCRIPT = "<script>alert(1)</script>"


async def test_a_forged_form_changes_nothing_that_a_source_owns(telling: Telling) -> None:
    house, ada = telling.house, telling.house.browser()
    await house.administrator(ada)
    await telling.add("Paul")
    who = (await telling.people())["Paul"].person
    given = set(house.limen.identity.sources.declared[0].given_groups)
    await ada.get(f"/console/people/{who.id}")
    sent = [
        ("correct", {"name": "Mallory", "email": who.email}),
        ("correct", {"name": who.name, "email": "mallory@harbor.example"}),
    ]
    if given & who.groups:
        sent.append(("groups", {"groups": "contractors"}))
    for form, fields in sent:
        answer = await ada.post(f"/console/people/{who.id}/{form}", **fields)
        assert answer.status_code == 400, form
    assert (await telling.people())["Paul"].person == who


async def test_what_it_decided_is_refused_by_the_part_and_not_by_the_page_alone(telling: Telling) -> None:
    house, people = telling.house, telling.house.limen.identity.people
    ada = await house.administrator(house.browser())
    number = await telling.add("Paul")
    who = (await telling.people())["Paul"].person
    with pytest.raises(OwnedElsewhereError):
        await people.correct(who.id, "Mallory", who.email, by=ada)
    await telling.ask("PATCH", f"Users/{number}", OFF)
    with pytest.raises(OwnedElsewhereError):
        await people.reactivate(who.id, by=ada)
    assert (await telling.people())["Paul"].status is PersonStatus.INACTIVE


async def test_a_list_changes_nothing_that_a_source_owns(telling: Telling) -> None:
    house = telling.house
    sources, groups = house.limen.identity.sources, {group: group for group in house.limen.known.groups}
    await house.administrator(house.browser())
    await telling.add("Paul")
    member = (await telling.people())["Paul"]
    owned = await house.limen.identity.ports.database.reading(sources.ownerships)
    on = today(house.limen.identity.ports.settings, house.clock.now())
    rows = {
        "name": f"Mallory,{member.person.email}",
        "nothing": f"{member.person.name},{member.person.email}",
        "somebody else": "Zoe,zoe@harbor.example",
    }
    read = {what: read_people(f"name,email\n{row}\n".encode(), groups) for what, row in rows.items()}
    shown = {what: difference(one, [member], guarding=(), owned=owned, on=on) for what, one in read.items()}
    assert [what for what, one in shown.items() if one.problems] == ["name"]
    assert [what for what, one in shown.items() if one.changed] == []


async def test_ending_access_at_once_is_never_refused(telling: Telling) -> None:
    ada = await telling.house.administrator(telling.house.browser())
    await telling.add("Paul")
    who = (await telling.people())["Paul"].person
    await telling.house.limen.identity.people.deactivate(who.id, by=ada)
    assert (await telling.people())["Paul"].status is PersonStatus.INACTIVE


async def test_names_from_a_source_are_text_on_every_page_that_shows_them(telling: Telling) -> None:
    house, ada = telling.house, telling.house.browser()
    await house.administrator(ada)
    await telling.add("Paul", displayName=f"Paul {SCRIPT}", title=SCRIPT)
    who = next(iter(one for one in (await telling.people()).values() if one.person.email == "paul@harbor.example"))
    at = f"/console/people/{who.person.id}"
    for path in (at, f"{at}/access", "/console/people/sources", "/console/apps/wiki/access", "/console/groups"):
        page = await ada.get(path)
        assert page.status_code == 200
        assert SCRIPT not in page.text
    csv = (await ada.get(f"{at}/access.csv")).text
    assert csv.startswith("person,")
