from __future__ import annotations

from urllib.parse import quote

import pytest
from tests.identity.sources.scim.conftest import Telling, patch


async def ids(telling: Telling, query: str, kind: str = "Users") -> list[str]:
    found = await telling.ask("GET", f"{kind}?{query}")
    assert found.status_code == 200, found.text
    return [one["id"] for one in found.json().get("Resources", [])]


async def test_a_search_finds_by_index_and_by_looking_at_each(telling: Telling) -> None:
    eve, noa = await telling.add("Eve", externalId="x1", title="Clerk"), await telling.add("Noa", externalId="x2")
    crew = await telling.add_group("Crew", eve)
    for text, found in {
        'userName eq "EVE@harbor.example"': [eve],
        'externalId eq "x2"': [noa],
        f'id eq "{eve}"': [eve],
        'title eq "clerk"': [eve],
        'emails[type eq "work" and value eq "noa@harbor.example"]': [noa],
        'displayName sw "E" or displayName sw "N"': sorted([eve, noa]),
        "not (title pr)": [noa],
        'userName eq "nobody"': [],
    }.items():
        assert await ids(telling, f"filter={quote(text)}") == found, text
    by_name = quote('displayName eq "crew"')
    assert await ids(telling, f"filter={by_name}", "Groups") == [crew]
    assert await ids(telling, "sortBy=displayName&sortOrder=descending") == [noa, eve]


async def test_pages_are_told_with_their_total(telling: Telling) -> None:
    made = sorted([await telling.add(f"P{number}") for number in range(5)])
    page = (await telling.ask("GET", "Users?startIndex=2&count=2")).json()
    assert ([one["id"] for one in page["Resources"]], page["totalResults"]) == (made[1:3], 5)
    assert (await telling.ask("GET", "Users?count=0")).json()["totalResults"] == 5


async def test_a_user_has_its_groups_and_a_group_its_members(telling: Telling) -> None:
    eve = await telling.add("Eve")
    crew = await telling.add_group("Crew", eve)
    told = (await telling.ask("GET", f"Users/{eve}")).json()
    assert [(one["value"], one["display"]) for one in told["groups"]] == [(crew, "Crew")]
    group = (await telling.ask("GET", f"Groups/{crew}")).json()
    assert group["members"] == [{"value": eve, "$ref": told["meta"]["location"], "type": "User"}]


async def test_versions_change_with_what_they_are_of_and_guard_it(telling: Telling) -> None:
    eve = await telling.add("Eve")
    first = (await telling.ask("GET", f"Users/{eve}")).headers["etag"]
    assert (await telling.ask("GET", f"Users/{eve}", **{"if-none-match": first})).status_code == 304
    change = patch({"op": "replace", "path": "title", "value": "Clerk"})
    done = await telling.ask("PATCH", f"Users/{eve}", change, **{"if-match": first})
    assert (done.status_code, done.headers["etag"] != first) == (204, True)
    assert (await telling.ask("PATCH", f"Users/{eve}", change, **{"if-match": first})).status_code == 412


@pytest.mark.parametrize("path", ["Users/s_nothing", "Groups/s_nothing", "Nothing", "Users/%00"])
async def test_what_is_not_there_is_not_there(telling: Telling, path: str) -> None:
    assert (await telling.ask("GET", path)).status_code in {400, 404}


async def test_names_are_taken_once_and_members_are_of_this_source(telling: Telling) -> None:
    await telling.add("Eve")
    again = await telling.ask("POST", "Users", (await telling.ask("GET", "Users")).json()["Resources"][0])
    assert (again.status_code, again.json()["scimType"]) == (409, "uniqueness")
    group = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "X",
        "members": [{"value": "?"}],
    }
    assert (await telling.ask("POST", "Groups", group)).status_code == 400
    assert await ids(telling, "", "Groups") == []
