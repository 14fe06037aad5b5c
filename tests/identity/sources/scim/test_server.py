from __future__ import annotations

import asyncio

import msgspec
from tests.identity.sources.scim.conftest import Telling, declare, patch, token_of, user
from tests.web.conftest import House

from limen.clock import MINUTE
from limen.identity.model import PersonStatus
from limen.identity.sources.model import Did, PeopleSources, SourceKind

INACTIVE = patch({"op": "replace", "path": "active", "value": False})


async def enrolled(telling: Telling, house: House, name: str, *groups: str) -> str:
    """Somebody of the source who has signed in; their ID there."""
    there = await telling.add(name)
    person = house.id_of(f"{name.lower()}@harbor.example")
    if groups:
        before = house.limen.known.people[person].groups
        await house.limen.identity.people.set_groups(person, {*before, *groups}, by="")
    link = await house.limen.identity.people.invite_again(person, by="")
    assert (await house.browser().enrol(link)).status_code == 200
    return there


async def test_who_is_disabled_at_the_source_has_no_access_when_it_is_answered(telling: Telling) -> None:
    house = telling.house
    declare(house, groups={"Crew": frozenset({"staff"})})
    eve = await enrolled(telling, house, "Eve")
    await telling.add_group("Crew", eve)
    browser = house.browser()
    link = await house.limen.identity.people.access_pass(house.id_of("eve@harbor.example"), by="", why="test")
    await browser.enrol(link)
    assert (await browser.get("/")).status_code == 200
    assert (await telling.ask("PATCH", f"Users/{eve}", INACTIVE)).status_code == 204
    assert not house.limen.known.people[house.id_of("eve@harbor.example")].active
    assert (await browser.get("/")).status_code == 303
    assert (await telling.people())["Eve"].status is PersonStatus.INACTIVE
    assert (await telling.ask("DELETE", f"Users/{eve}")).status_code == 204
    assert (await telling.ask("GET", f"Users/{eve}")).status_code == 404


async def test_a_bulk_request_does_each_operation_whole_or_not_at_all(telling: Telling) -> None:
    sent = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [
            {"method": "POST", "path": "/Users", "bulkId": "a", "data": user("Eve")},
            {"method": "POST", "path": "/Users", "bulkId": "b", "data": user("Eve")},
            {
                "method": "POST",
                "path": "/Groups",
                "bulkId": "c",
                "data": {
                    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                    "displayName": "Harbor Finance",
                    "members": [{"value": "bulkId:a"}],
                },
            },
        ],
    }
    done = await telling.ask("POST", "Bulk", sent)
    assert [one["status"] for one in done.json()["Operations"]] == ["201", "409", "201"]
    assert (await telling.people())["Eve"].person.groups == {"finance"}


async def test_the_last_administrator_and_nobody_else_keeps_access_also_in_bulk(telling: Telling) -> None:
    house = telling.house
    eve = await enrolled(telling, house, "Eve", "administrators")
    hal = await enrolled(telling, house, "Hal", "helpdesk")
    other = await telling.add("Noa")
    operations = [{"method": "PATCH", "path": f"/Users/{one}", "data": INACTIVE} for one in (other, eve, hal)]
    sent = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations}
    done = await telling.ask("POST", "Bulk", sent)
    assert [one["status"] for one in done.json()["Operations"]] == ["200", "200", "200"]
    there = await telling.people()
    assert {name: there[name].status for name in ("Eve", "Hal", "Noa")} == {
        "Eve": PersonStatus.ACTIVE,
        "Hal": PersonStatus.INACTIVE,
        "Noa": PersonStatus.INACTIVE,
    }
    (waits,) = await house.limen.identity.sources.open_records("entra")
    assert (waits.record.external_id, waits.record.waits) == (eve, "last-administrator")


async def test_who_asks_is_journaled_and_a_day_is_one_run(telling: Telling) -> None:
    await telling.add("Eve")
    await telling.ask("GET", "Users?filter=userName%20eq%20%22eve%22")
    asked = telling.house.events("people_source.asked")
    told = {(one.details["method"], one.details["about"], one.details["status"]) for one in asked}
    assert told == {("POST", "Users", 201), ("GET", "Users", 200)}
    assert {one.details["source"] for one in asked} == {"entra"}
    assert not any("eve" in str(one.details) for one in asked)
    ((run,),) = [one.runs for one in await telling.house.limen.identity.sources.overview()]
    assert run.counts == {Did.ADDED: 1}


async def test_who_is_erased_is_named_nowhere_by_a_source(telling: Telling) -> None:
    from sqlalchemy import select

    from limen.identity.sources.scim.store import scim_resources
    from limen.identity.sources.store import source_people
    from limen.privacy.erase import erase_person

    house = telling.house
    await telling.add("Eve")
    await telling.add("Noa")
    person, now = house.id_of("eve@harbor.example"), house.clock.now()
    database = house.limen.database
    database.write(lambda t: erase_person(t, person, now, by="p_ada", why="asked", may_deactivate=True))
    rows = database.read(
        lambda s: [str(row) for table in (scim_resources, source_people) for row in s.connection.execute(select(table))]
    )
    assert (any("eve" in row.casefold() for row in rows), len(rows)) == (False, 2)


async def test_a_token_is_exchanged_while_both_work(telling: Telling) -> None:
    old = telling.token
    telling.token = token_of(telling.house)
    await telling.add("Eve")
    telling.token = old
    await telling.add("Noa")


async def test_of_requests_at_once_what_is_wrong_with_one_undoes_no_other(telling: Telling) -> None:
    declare(telling.house)
    sent = [user("Eve"), user("Eve"), user("Finn"), user("Gus", userName=""), user("Hal")]
    done = await asyncio.gather(*(telling.ask("POST", "Users", one) for one in sent))
    assert sorted(one.status_code for one in done) == [201, 201, 201, 400, 409]
    assert {"Eve", "Finn", "Hal"} <= set(await telling.people())
    assert "Gus" not in await telling.people()
    assert (await telling.ask("GET", "Users")).json()["totalResults"] == 3


async def test_the_token_of_a_source_that_was_removed_is_good_no_more_once_another_has_its_name(
    telling: Telling,
) -> None:
    house = telling.house
    source, scim = declare(house), house.limen.identity.scim
    house.clock.forward(2 * MINUTE)
    await scim.end_tokens_of_others()
    assert (await telling.ask("GET", "Users")).status_code == 200
    for others in ((), (msgspec.structs.replace(source, kind=SourceKind.LDAP),)):
        token = token_of(house)
        house.limen.known.set_rules(PeopleSources, PeopleSources(others))
        await scim.end_tokens_of_others()  # it may be of a source that this worker does not know yet
        house.clock.forward(2 * MINUTE)
        assert (await telling.ask("GET", "Users")).status_code == 401
        await scim.end_tokens_of_others()
        house.limen.known.set_rules(PeopleSources, PeopleSources((source,)))
        for one in (telling.token, token):
            assert (await Telling(house, one).ask("GET", "Users")).status_code == 401
    assert len(house.events("people_source.token_ended")) == 3
