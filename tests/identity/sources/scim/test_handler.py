from __future__ import annotations

import pytest
from tests.identity.sources.scim.conftest import Telling, declare, patch

from limen.identity.sources.scim import handler


async def test_members_are_changed_without_loading_the_others(
    telling: Telling, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler, "MOST_MEMBER_STEPS", 3)
    declare(telling.house, groups={"Crew": frozenset({"sales"})})
    users = [await telling.add(f"P{number}") for number in range(4)]
    crew = await telling.add_group("Crew", *users[:3])
    joins = {"op": "Add", "path": "members", "value": [{"value": users[3]}]}
    leaves = {"op": "Remove", "path": f'members[value eq "{users[0]}"]'}
    done = await telling.ask("PATCH", f"Groups/{crew}", patch(joins, leaves))
    assert (done.status_code, done.content) == (204, b"")
    in_sales = {name for name, one in (await telling.people()).items() if "sales" in one.person.groups}
    assert in_sales == {"P1", "P2", "P3"}
    odd = patch({"op": "remove", "path": 'members[type eq "User"]'})
    assert (await telling.ask("PATCH", f"Groups/{crew}", odd)).status_code == 413
    asked = await telling.ask("PATCH", f"Groups/{crew}?attributes=members", patch(joins))
    assert len(asked.json()["members"]) == 3


async def test_a_group_that_is_renamed_is_another_for_everybody_in_it(telling: Telling) -> None:
    declare(telling.house, groups={"Crew": frozenset({"sales"})})
    eve = await telling.add("Eve")
    group = await telling.add_group("Nothing", eve)
    assert (await telling.people())["Eve"].person.groups == frozenset()
    await telling.ask("PATCH", f"Groups/{group}", patch({"op": "replace", "value": {"displayName": "Crew"}}))
    assert (await telling.people())["Eve"].person.groups == {"sales"}
    await telling.ask("DELETE", f"Groups/{group}")
    assert (await telling.people())["Eve"].person.groups == frozenset()
