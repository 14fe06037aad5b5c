"""Tokens for apps behind the gateway: got by a key, held to their actions, decided each time, ended with the key."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from tests.sso.client import written
from tests.sso.program import Program, settled, workload
from tests.web.conftest import House, move_in

from limen.clock import DAY, HOUR, MINUTE, SECOND
from limen.identity import tokens
from limen.identity.tokens import MOST_OF_AN_OWNER
from limen.sso.oidc import workload_keys, workload_store
from limen.sso.oidc.public_keys import read_jwk
from limen.sso.oidc.workload_sign_in import GATEWAY_TOKEN_LIVES, gateway_token_name

WIKI, WAREHOUSE = "https://wiki.harbor.localhost/", "https://warehouse.harbor.localhost/"
PERMITTED, REFUSED, NOT_TAKEN = 502, 403, 401
"""What the gateway answers: nothing listens behind it; the policies say no; the token is worth nothing."""
POLICY = """
@id("programs-keep-the-wiki")
@title("Engineering's programs keep the wiki")
@reason("They write the reports of the morning there.")
@phase("identity")
permit (principal is Workload, action in [Action::"view", Action::"edit"], resource == App::"wiki")
when { principal in Group::"engineering" };
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    def with_policy(folder: Path) -> None:
        written(folder)
        (folder / "policies" / "68-programs.cedar").write_text(POLICY)

    async with AsyncExitStack() as closing:
        yield await move_in(closing, tmp_path / "harbor", with_policy)


@pytest.fixture
async def batch(house: House) -> Program:
    return await workload(house, "night-batch")


async def tried(house: House, token: str, method: str = "GET", at: str = WIKI) -> int:
    there = house.browser(at.rstrip("/"), "198.51.100.9").client
    return (await there.request(method, "/plans", headers={"authorization": f"Bearer {token}"})).status_code


async def test_it_opens_its_app_for_its_actions_and_is_decided_each_time(house: House, batch: Program) -> None:
    answered = await batch.asks(WIKI)
    told = answered.json()
    assert (told["token_type"], told["scope"], told["expires_in"]) == ("Bearer", "view", GATEWAY_TOKEN_LIVES // SECOND)
    assert await tried(house, told["access_token"]) == PERMITTED
    assert await tried(house, told["access_token"], "POST") == REFUSED  # it may view alone
    assert await tried(house, told["access_token"], at=WAREHOUSE) == REFUSED
    wide = (await batch.asks(WIKI, scope="edit view")).json()
    assert wide["scope"] == "edit view"
    assert await tried(house, wide["access_token"], "POST") == PERMITTED
    decided = [event for event in house.events("decision") if event.actor == batch.client_id]
    assert {event.decision.door for event in decided if event.decision} == {"oidc", "gateway"}

    company = house.limen.in_force.company
    assert company is not None
    from limen.company.candidate import candidate
    from limen.company.publish import SERVER, publish

    less = candidate(company, {"policies/68-programs.cedar": None})
    publish(house.limen.database, less, SERVER, "no programs", house.clock.now())
    await settled(house)
    assert await tried(house, wide["access_token"]) == REFUSED
    refused = (await batch.asks(WIKI)).json()
    assert refused["error"] == "invalid_grant"
    assert refused["error_description"].startswith("decision ")


async def test_it_ends_by_itself_and_is_not_listed_any_more(house: House, batch: Program) -> None:
    token = await batch.token(WIKI)
    house.clock.forward(GATEWAY_TOKEN_LIVES - MINUTE)
    assert await tried(house, token) == PERMITTED
    house.clock.forward(2 * MINUTE)
    assert await tried(house, token) == NOT_TAKEN
    await house.limen.identity.tokens.purge()
    assert await house.limen.identity.tokens.of_owner(batch.client_id) == []


async def test_it_ends_with_its_key_and_never_after_it(house: House, batch: Program) -> None:
    token, database = await batch.token(WIKI), house.limen.database
    other = Program(house, batch.client_id, ECKey.generate_key("P-256"))
    now, public = house.clock.now(), read_jwk(other.key.as_dict(private=False))
    database.write(lambda t: workload_keys.add(t, batch.client_id, public, 1, now, by="server"))
    await settled(house)
    kept = await other.token(WIKI)
    (mine,) = [one for one in database.read(lambda s: workload_store.keys_of(s.connection)) if one.until > now + DAY]

    def remove(transaction: object) -> None:
        removed = workload_keys.remove(transaction, batch.client_id, mine.thumbprint, now, by="server")  # type: ignore[arg-type]
        name = gateway_token_name(removed.thumbprint)
        assert tokens.end_of_key(transaction, batch.client_id, name, now, by="server") == 1  # type: ignore[arg-type]

    database.write(remove)
    await settled(house)
    assert await tried(house, token) == NOT_TAKEN
    assert await tried(house, kept) == PERMITTED  # it came by the other one
    house.clock.forward(DAY - 2 * MINUTE)
    assert (await other.asks(WIKI)).json()["expires_in"] <= 120  # as long as the key has


async def test_it_ends_with_its_workload(house: House, batch: Program) -> None:
    from limen.identity import workloads

    token = await batch.token(WIKI)
    workloads.revoke(house.limen.database, "night-batch", house.clock.now(), by="server")
    await settled(house)
    assert await tried(house, token) == NOT_TAKEN


@pytest.mark.parametrize(
    ("resource", "scope", "error"),
    [
        (WIKI.rstrip("/"), "", "invalid_target"),
        (WIKI + "plans", "", "invalid_target"),
        ("https://wiki.harbor.localhost:8443/", "", "invalid_target"),
        ("http://wiki.harbor.localhost/", "", "invalid_target"),
        ("https://limen.harbor.localhost/", "", "invalid_target"),
        (WIKI, "openid", "invalid_scope"),
        (WIKI, "view audit", "invalid_scope"),
        (WIKI, "sign_in", "invalid_scope"),
    ],
)
async def test_what_is_no_app_or_no_action_is_refused(batch: Program, resource: str, scope: str, error: str) -> None:
    assert (await batch.asks(resource, **({"scope": scope} if scope else {}))).json()["error"] == error


async def test_a_program_that_asks_each_time_is_slowed_down(house: House, batch: Program) -> None:
    for _ in range(MOST_OF_AN_OWNER):
        assert (await batch.asks(WIKI)).status_code == 200
    slow = await batch.asks(WIKI)
    assert (slow.status_code, slow.json()["error"]) == (429, "slow_down")
    house.clock.forward(HOUR)
    assert (await batch.asks(WIKI)).status_code == 200


async def test_whoever_holds_it_gets_nothing_else_by_it(house: House, batch: Program) -> None:
    """At the provider's own addresses, and as a person's token at an exchange, it is none."""
    token = await batch.token(WIKI)
    client = house.browser().client
    assert (await client.get("/oidc/userinfo", headers={"authorization": f"Bearer {token}"})).status_code == 401
    assert (await batch.acts(token)).json()["error"] == "invalid_request"
    assert (await client.get("/console", headers={"authorization": f"Bearer {token}"})).status_code in {303, 401}
