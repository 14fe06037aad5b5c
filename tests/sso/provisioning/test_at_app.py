"""One account at a real SCIM server; most ways are in test_delivery.py."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from tests.scim_app import TOKEN, ScimApp as Served, asking
from tests.sso.provisioning.rows import NOW, TODAY, WIKI, account, person

from limen.connectors.scim.client import ScimApp
from limen.connectors.scim.users import SentUser
from limen.connectors.vendor_client import VendorError
from limen.sso.provisioning.at_app import give, take
from limen.sso.provisioning.model import State, wanted

USER = wanted(person(), WIKI, "pa_1", TODAY)
assert USER is not None


@pytest.fixture
async def client(there: Served) -> AsyncIterator[ScimApp]:
    http = asking(there)
    yield ScimApp(http, TOKEN)
    await http.close()


async def of_nobody(_remote_id: str) -> bool:
    return False


async def of_another(_remote_id: str) -> bool:
    return True


async def test_an_account_that_is_there_already_is_adopted_where_apps_yaml_says_so(
    there: Served, client: ScimApp
) -> None:
    assert USER is not None
    remote_id = there.add(SentUser("", "P1@harbor.example"), is_active=False)
    new = account(1, State.WAITING, remote_id="")
    with pytest.raises(VendorError) as error:
        await give(client, new, USER, WIKI, of_nobody)
    assert error.value.word == "account-taken"
    adopting = replace(WIKI, adopts=True)
    with pytest.raises(VendorError) as error:
        await give(client, new, USER, adopting, of_another)
    assert error.value.word == "other-account"
    done = await give(client, new, USER, adopting, of_nobody)
    assert (done.kind, done.account.remote_id, done.account.state) == ("provision.linked", remote_id, State.ACTIVE)
    kept = there.users["P1@harbor.example"]
    assert (kept.external_id, kept.active) == ("pa_1", True)


async def test_leavers_are_deleted_where_apps_yaml_says_so(there: Served, client: ScimApp) -> None:
    assert USER is not None
    made = await give(client, account(1, State.WAITING, remote_id=""), USER, WIKI, of_nobody)
    done = await take(client, made.account, replace(WIKI, deletes=True), NOW)
    assert (there.users, done.account.state, done.account.off_at) == ({}, State.INACTIVE, NOW)
    again = await take(client, made.account, WIKI, NOW)
    assert again.account.off_at == NOW


async def test_two_that_claim_to_be_the_same_are_left_alone(there: Served, client: ScimApp) -> None:
    assert USER is not None
    for name in ("a", "b"):
        there.add(SentUser("pa_1", name))
    begun = account(1, State.CREATING, remote_id="")
    for work in (give(client, begun, USER, WIKI, of_nobody), take(client, begun, WIKI, NOW)):
        with pytest.raises(VendorError) as error:
            await work
        assert error.value.word == "several-accounts"
