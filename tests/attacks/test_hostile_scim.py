"""Somebody who holds a source's token, or guesses at one: what they say is bounded, and nobody is taken over by it."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.identity.sources.scim.conftest import Telling, declare, patch, telling, token_of, user

from limen.clock import DAY
from limen.identity.model import PersonStatus
from limen.identity.sources import model, token_store

__all__ = ["telling"]
INACTIVE = patch({"op": "replace", "path": "active", "value": False})


@pytest.mark.parametrize(
    "text",
    [
        'userName eq "x" or 1=1 --',
        'userName eq "x\'; DROP TABLE people; --"',
        'userName eq "\\"',
        'userName eq "\\u0000"',
        "userName eq",
        'password sw "a"',
        'meta.version eq "1"',
        "(" * 400,
        "not (" * 60 + 'userName eq "x"' + ")" * 60,
        " or ".join(['userName co "zz"'] * 80),
        'userName gt 7 and active sw "x"',
        'emails[emails[value eq "x"]]',
        'urn:x:y:userName eq "x"',
        "*",
        "%",
    ],
)
async def test_a_filter_is_never_more_than_a_filter(telling: Telling, text: str) -> None:
    await telling.add("Eve")
    answered = await telling.ask("GET", f"Users?filter={quote(text)}")
    assert answered.status_code in {200, 400}, answered.text
    if answered.status_code == 200:
        assert answered.json()["totalResults"] == 0
    assert "Eve" in await telling.people()


async def test_a_source_that_lies_about_an_address_becomes_nobody(telling: Telling) -> None:
    house = telling.house
    declare(house, adopts=(), domains=("harbor.example",))
    ada = await house.administrator(house.browser())
    await house.member(house.browser(), "Noa", "staff")
    for name in ("Ada", "Noa"):
        assert (await telling.ask("POST", "Users", user(name, displayName="Mallory"))).status_code == 201
    eve = await telling.add("Eve")
    for address in ("noa@harbor.example", "ada@harbor.example", "NOA@HARBOR.EXAMPLE", "eve@evil.example"):
        lie = patch({"op": "replace", "path": "emails", "value": [{"value": address, "primary": True}]})
        await telling.ask("PATCH", f"Users/{eve}", lie)
        assert (await telling.people())["Eve"].person.email == "eve@harbor.example"
    assert {*(await telling.people())} == {"Ada Harbor", "Noa", "Eve"}
    waits = [one.record.waits for one in await house.limen.identity.sources.open_records("entra")]
    assert sorted(waits) == ["address-taken", "address-taken", "other-domain"]
    assert house.limen.known.people[ada].active


async def test_whoever_has_a_role_is_not_adopted_renamed_to_another_address_or_given_one(telling: Telling) -> None:
    house = telling.house
    await house.administrator(house.browser())
    declare(house, adopts=("harbor.example",), groups={"Bosses": frozenset({"administrators"})})
    await telling.ask("POST", "Users", user("Ada", displayName="Mallory"))
    eve = await telling.add("Eve")
    await telling.add_group("Bosses", eve)
    there = await telling.people()
    assert (there["Eve"].person.groups, "Mallory" in there) == (frozenset(), False)
    person = there["Eve"].person.id
    await house.limen.identity.people.set_groups(person, ["helpdesk"], by="")
    moved = patch({"op": "replace", "path": "emails", "value": [{"value": "mallory@harbor.example"}]})
    await telling.ask("PATCH", f"Users/{eve}", moved)
    assert (await telling.people())["Eve"].person.email == "eve@harbor.example"


async def test_a_stolen_token_can_not_disable_everybody(telling: Telling) -> None:
    house = telling.house
    users = [await telling.add(f"P{number}") for number in range(10)]
    for one in users:
        assert (await telling.ask("PATCH", f"Users/{one}", INACTIVE)).status_code == 204
    statuses = [one.status for one in (await telling.people()).values()]
    assert (statuses.count(PersonStatus.INACTIVE), statuses.count(PersonStatus.INVITED)) == (5, 5)
    assert len(house.events("people_source.stopped")) == 1
    (now,) = await house.limen.identity.sources.overview()
    assert now.is_stopped


async def test_one_source_sees_and_touches_nothing_of_another(telling: Telling) -> None:
    import msgspec

    from limen.identity.sources.model import PeopleSources

    house = telling.house
    (entra,) = house.limen.identity.sources.declared
    other = msgspec.structs.replace(entra, id="okta", title="Okta", adopts=())
    house.limen.known.set_rules(PeopleSources, PeopleSources((entra, other)))
    eve = await telling.add("Eve")
    telling.token = token_of(house, "okta")
    assert (await telling.ask("GET", "Users")).json()["totalResults"] == 0
    for method, sent in (("GET", None), ("PATCH", INACTIVE), ("PUT", user("Eve")), ("DELETE", None)):
        assert (await telling.ask(method, f"Users/{eve}", sent)).status_code == 404
    group = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "X",
        "members": [{"value": eve}],
    }
    assert (await telling.ask("POST", "Groups", group)).status_code == 400
    assert (await telling.people())["Eve"].status is PersonStatus.INVITED


async def test_a_token_that_ended_expired_or_whose_source_is_gone_opens_nothing(telling: Telling) -> None:
    from limen.identity.sources.model import PeopleSources

    house = telling.house
    (source,) = house.limen.identity.sources.declared
    database, now = house.limen.database, house.clock.now()
    second = token_of(house)
    (first, _) = database.read(lambda s: token_store.TOKENS.of(s.connection, "entra", now))
    database.write(lambda t: token_store.end(t, first.id, now, ""))
    assert (await telling.ask("GET", "Users")).status_code == 401
    telling.token = second
    assert (await telling.ask("GET", "Users")).status_code == 200
    house.limen.known.set_rules(PeopleSources, PeopleSources())
    assert (await telling.ask("GET", "Users")).status_code == 401
    house.limen.known.set_rules(PeopleSources, PeopleSources((source,)))
    house.clock.forward(366 * DAY)
    assert (await telling.ask("GET", "Users")).status_code == 401


@pytest.mark.parametrize(
    "sent",
    [
        {"schemas": [], "userName": "x" * 300},
        user("Eve", emails=[{"value": f"{n}@harbor.example"} for n in range(30)]),
        user("Eve", externalId="x" * 300),
        user("E\u202eve"),
        user("Eve", id="s_chosen", meta={"version": "x"}, groups=[{"value": "administrators"}]),
        [],
        "text",
        7,
        None,
    ],
)
async def test_an_odd_body_is_refused_or_waits_and_breaks_nothing(telling: Telling, sent: object) -> None:
    answered = await telling.ask("POST", "Users", sent)
    assert answered.status_code in {201, 400}, answered.text
    if answered.status_code == 201:
        assert answered.json()["id"] != "s_chosen"
    assert all(not one.person.groups for one in (await telling.people()).values())
    assert not any("\u202e" in name for name in await telling.people())


async def test_an_error_says_nothing_of_how_limen_is_built(telling: Telling) -> None:
    answered = await telling.ask("POST", "Users", {"userName": 7})
    assert answered.status_code == 400
    assert not {"pydantic", "Traceback", "sqlalchemy"} & {*answered.text.replace(".", " ").split()}


async def test_nobody_is_in_so_many_groups_that_they_stay(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    from limen.identity.sources.scim import storage  # heavy

    for where in (model, storage):
        monkeypatch.setattr(where, "MOST_GROUPS", 2)
    paul = await telling.add("Paul")
    groups = [await telling.add_group(name) for name in ("A", "B", "C", "Sales Team")]
    declare(telling.house, groups={"Sales Team": frozenset({"sales"})})
    for one in groups:
        sent = patch({"op": "add", "path": "members", "value": [{"value": paul}]})
        assert (await telling.ask("PATCH", f"Groups/{one}", sent)).is_success
    assert "sales" in (await telling.people())["Paul"].person.groups
    assert (await telling.ask("PATCH", f"Users/{paul}", INACTIVE)).is_success
    assert (await telling.people())["Paul"].status is PersonStatus.INACTIVE


async def test_a_source_has_so_many_people_and_no_more(telling: Telling, monkeypatch: pytest.MonkeyPatch) -> None:
    from limen.identity.sources.scim import storage  # heavy

    monkeypatch.setattr(storage, "MOST_PEOPLE", 2)
    for name in ("Eve", "Paul"):
        await telling.add(name)
    refused = await telling.ask("POST", "Users", user("Tom"))
    assert refused.status_code == 400
    assert set(await telling.people()) == {"Eve", "Paul"}
