"""The client of apps' accounts, at scim2-server and at apps that answer what they must not."""

from __future__ import annotations

import pytest
from tests.scim_app import Answer, Asked, ScimApp as Served, refusal, saying

from limen.connectors.scim.client import ScimApp
from limen.connectors.scim.users import FoundUser, SentUser, differing
from limen.connectors.vendor_client import VendorError

WIDER = 'a" or userName pr or userName eq "'
ADA = SentUser("pa_1", "ada@harbor.example", "Ada Lind", "ada@harbor.example")


async def test_an_account_is_made_found_changed_and_deactivated(app: Served, client: ScimApp) -> None:
    made = await client.create(ADA)
    assert differing(ADA, made) == ()
    assert await client.having("externalId", "pa_1") == [made]
    assert await client.having("userName", "ADA@harbor.example") == [made]
    assert await client.having("userName", WIDER) == []
    moved = SentUser("pa_1", "ada@harbor.example", "Ada Öberg", "oeberg@harbor.example")
    await client.change(made, moved, differing(moved, made))
    now = await client.get(made.id)
    assert now is not None
    assert differing(moved, now) == ()
    assert app.users["ada@harbor.example"].name.family_name == "Öberg"
    await client.deactivate(now)
    assert (await client.get(made.id)) == FoundUser(
        made.id,
        "pa_1",
        "ada@harbor.example",
        "Ada Öberg",
        "oeberg@harbor.example",
        is_active=False,
        version=_version(app),
    )
    await client.delete(made.id)
    assert await client.get(made.id) is None
    await client.delete(made.id)


def _version(app: Served) -> str:
    return str(app.users["ada@harbor.example"].meta.version)


async def test_the_same_name_is_not_made_twice(client: ScimApp) -> None:
    await client.create(ADA)
    with pytest.raises(VendorError) as error:
        await client.create(SentUser("pa_2", "Ada@harbor.example"))
    assert error.value.word == "account-taken"


async def test_all_accounts_are_read_over_pages(client: ScimApp, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("limen.connectors.scim.client.PER_PAGE", 3)
    for number in range(7):
        await client.create(SentUser(f"pa_{number}", f"p{number}@harbor.example"))
    assert sorted(one.external_id for one in await client.every()) == [f"pa_{number}" for number in range(7)]


async def test_what_somebody_else_changed_meanwhile_is_changed_again_by_its_newest_version(
    app: Served, client: ScimApp
) -> None:
    made = await client.create(ADA)
    await client.change(made, SentUser("pa_1", ADA.user_name, "Ada B"), ("displayName",))
    await client.deactivate(made)
    patches = [one for one in app.asked if one.method == "PATCH"]
    assert [one.if_match == made.version for one in patches] == [True, True, False]
    assert app.users[ADA.user_name].active is False


@pytest.mark.parametrize("status", [400, 405, 501])
async def test_where_parts_can_not_be_changed_the_whole_is_written(app: Served, client: ScimApp, status: int) -> None:
    made = await client.create(ADA)
    app.users[ADA.user_name].nick_name = "Addie"
    app.of_next(9, refusal(status), "PATCH")
    await client.deactivate(made)
    await client.change(made, SentUser("pa_1", ADA.user_name, "Ada B"), ("displayName",), is_active=False)
    kept = app.users[ADA.user_name]
    assert (kept.active, kept.display_name, kept.nick_name) == (False, "Ada B", "Addie")
    assert app.lines("PUT") == [f"PUT /v2/Users/{made.id}"] * 2


async def test_filters_that_are_ignored_or_refused_find_the_right_one_all_the_same(
    app: Served, client: ScimApp
) -> None:
    for number in range(3):
        await client.create(SentUser(f"pa_{number}", f"p{number}@harbor.example"))
    everybody = saying({"totalResults": 3, "Resources": [one.model_dump() for one in app.users.values()]})

    def ignores(asked: Asked) -> Answer | None:
        return everybody if "filter" in asked.path else None

    app.faults.append(ignores)
    assert [one.external_id for one in await client.having("externalId", "pa_1")] == ["pa_1"]
    app.faults[:] = [lambda asked: refusal(400) if "filter" in asked.path else None]
    assert [one.external_id for one in await client.having("externalId", "pa_2")] == ["pa_2"]
    assert await client.having("externalId", "pa_9") == []


async def test_an_app_that_asks_to_wait_is_asked_once_and_says_for_how_long(app: Served, client: ScimApp) -> None:
    app.of_next(1, refusal(429, retry_after="600"))
    with pytest.raises(VendorError) as error:
        await client.create(ADA)
    assert (error.value.word, error.value.wait_seconds, len(app.asked)) == ("throttled", 600.0, 1)
