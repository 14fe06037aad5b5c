"""What Entra ID, Okta and Google Workspace really send, beside the standard: from their documentation, October 2026."""

from __future__ import annotations

from urllib.parse import quote

from tests.identity.sources.scim.conftest import ENTERPRISE, USER, Telling, declare, patch, telling, user

from limen.identity.model import PersonStatus

__all__ = ["telling"]


async def test_entra_looks_for_somebody_creates_changes_disables_and_deletes(telling: Telling) -> None:
    declare(telling.house, departments={"Finance": frozenset({"finance"})})
    by_name = quote('userName eq "eve@harbor.example"')
    assert (await telling.ask("GET", f"Users?filter={by_name}")).json()["totalResults"] == 0
    manager = await telling.add("Maren")
    sent = {
        **user("Eve", externalId="eve", nickName="Evi", roles=[], phoneNumbers=[{"type": "work", "value": "1"}]),
        "schemas": [USER, ENTERPRISE],
        "active": "True",
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Eve Jansen", "givenName": "Eve", "familyName": "Jansen"},
    }
    done = await telling.ask("POST", "Users?aadOptscim062020", sent)
    assert done.status_code == 201, done.text
    eve = done.json()["id"]
    assert "nickName" not in done.json()
    changes = patch(
        {"op": "Replace", "path": f"{ENTERPRISE}:department", "value": "Finance"},
        {"op": "Add", "path": f"{ENTERPRISE}:manager", "value": manager},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "eva@harbor.example"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "2"},
        {
            "op": "Replace",
            "value": {"displayName": "Eva", "name.givenName": "Eva", f"{ENTERPRISE}:employeeNumber": "7"},
        },
    )
    assert (await telling.ask("PATCH", f"Users/{eve}", changes)).status_code == 204
    eva = (await telling.people())["Eva"]
    assert (eva.person.email, eva.person.groups) == ("eva@harbor.example", {"finance"})
    told = (await telling.ask("GET", f"Users/{eve}")).json()
    assert (told[ENTERPRISE]["manager"]["value"], told[ENTERPRISE]["employeeNumber"]) == (manager, "7")
    off = patch({"op": "Replace", "path": "active", "value": "False"})
    assert (await telling.ask("PATCH", f"Users/{eve}", off)).status_code == 204
    assert (await telling.people())["Eva"].status is PersonStatus.INACTIVE
    on = patch({"op": "Replace", "value": {"active": "True"}})
    assert (await telling.ask("PATCH", f"Users/{eve}", on)).status_code == 204
    assert (await telling.people())["Eva"].status is PersonStatus.INVITED
    assert (await telling.ask("PATCH", f"Users/{eve}", off)).status_code == 204
    assert (await telling.ask("DELETE", f"Users/{eve}")).status_code == 204
    assert (await telling.people())["Eva"].status is PersonStatus.INACTIVE


async def test_entra_adds_members_and_takes_them_out_by_a_filter_or_in_the_value(telling: Telling) -> None:
    users = [await telling.add(name) for name in ("Eve", "Noa", "Tom")]
    crew = await telling.add_group("Harbor Finance")

    async def in_finance() -> set[str]:
        return {name for name, one in (await telling.people()).items() if "finance" in one.person.groups}

    adds = [{"op": "Add", "path": "members", "value": [{"$ref": None, "value": one}]} for one in users]
    assert (await telling.ask("PATCH", f"Groups/{crew}", patch(*adds))).status_code == 204
    assert await in_finance() == {"Eve", "Noa", "Tom"}
    by_filter = patch({"op": "Remove", "path": f'members[value eq "{users[0]}"]'})
    by_value = patch({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": users[1]}]})
    for one in (by_filter, by_value):
        assert (await telling.ask("PATCH", f"Groups/{crew}", one)).status_code == 204
    assert await in_finance() == {"Tom"}
    by_name = quote('displayName eq "harbor finance"')
    found = (await telling.ask("GET", f"Groups?excludedAttributes=members&filter={by_name}")).json()
    assert [("members" in one, one["id"]) for one in found["Resources"]] == [(False, crew)]


async def test_okta_replaces_users_whole_and_groups_by_name_and_members(telling: Telling) -> None:
    by_name = quote('userName eq "eve@harbor.example"')
    found = await telling.ask("GET", f"Users?filter={by_name}&startIndex=1&count=100")
    assert found.json()["totalResults"] == 0
    eve = await telling.add("Eve", locale="en-US", password="Secret-1234")
    whole = (await telling.ask("GET", f"Users/{eve}")).json()
    assert "password" not in whole
    whole.pop("groups", None)
    done = await telling.ask("PUT", f"Users/{eve}", {**whole, "displayName": "Eva", "active": False})
    assert (done.status_code, done.json()["active"]) == (200, False)
    assert (await telling.people())["Eve"].status is PersonStatus.INACTIVE
    assert (await telling.ask("PUT", f"Users/{eve}", {**whole, "active": True})).status_code == 200
    assert (await telling.people())["Eve"].status is PersonStatus.INVITED
    group = await telling.add_group("Anything")
    renamed = patch({"op": "replace", "value": {"id": group, "displayName": "Harbor Finance"}})
    assert (await telling.ask("PATCH", f"Groups/{group}", renamed)).status_code == 204
    joined = patch({"op": "replace", "path": "members", "value": [{"value": eve, "display": "Eve"}]})
    assert (await telling.ask("PATCH", f"Groups/{group}", joined)).status_code == 204
    assert (await telling.people())["Eve"].person.groups == {"finance"}
    assert (await telling.ask("GET", "Users?startIndex=1&count=100")).json()["itemsPerPage"] == 1


async def test_google_creates_and_suspends_by_patches_with_and_without_a_path(telling: Telling) -> None:
    sent = user("Eve", name={"givenName": "Eve", "familyName": "Jansen"})
    sent.pop("displayName")
    eve = (await telling.ask("POST", "Users", sent)).json()["id"]
    assert "Eve Jansen" in await telling.people()
    off = patch({"op": "replace", "value": {"active": False}})
    assert (await telling.ask("PATCH", f"Users/{eve}", off)).status_code == 204
    assert (await telling.people())["Eve Jansen"].status is PersonStatus.INACTIVE


async def test_a_group_takes_thousands_of_members_at_once(telling: Telling) -> None:
    from limen.identity.sources.scim import store
    from limen.identity.sources.scim.store import USER as KIND, Kept

    ids = [f"s_{number:04}" for number in range(3_000)]

    def add(connection: object) -> None:
        for one in ids:
            body = f'{{"userName":"{one}@x.example","active":false}}'
            store.add(connection, "entra", Kept(one, KIND, f"{one}@x.example", "", body, 1, 1, 1))  # type: ignore[arg-type]

    telling.house.limen.database.write(lambda t: add(t.connection))
    crew = await telling.add_group("Crew")
    sent = patch({"op": "Add", "path": "members", "value": [{"value": one} for one in ids]})
    assert (await telling.ask("PATCH", f"Groups/{crew}", sent)).status_code == 204
    leaves = patch(*({"op": "Remove", "path": f'members[value eq "{one}"]'} for one in ids[:500]))
    assert (await telling.ask("PATCH", f"Groups/{crew}", leaves)).status_code == 204
    assert len((await telling.ask("GET", f"Groups/{crew}")).json()["members"]) == 2_500
