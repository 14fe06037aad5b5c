"""Directories as the revision in force has them, each asked with the secret that was stored for its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.membership.at_slapd import AtSlapd, secret_is_nowhere

from limen.access.membership import store
from limen.access.membership.directories import forget_account, keep_secret
from limen.connectors.group_members import Account
from limen.connectors.turns import BrokenOffError
from limen.errors import LimenError

pytestmark = pytest.mark.slow


async def test_a_secret_is_good_for_the_place_that_it_was_stored_for(office: AtSlapd) -> None:
    async with office.directories.opened("office") as client:
        assert await client.members(office.house.limen.known.apps["domain-admins"].group.group)  # type: ignore[union-attr]
    core, directory = office.house.limen.core, office.directories.known()["office"]
    elsewhere = replace(directory, url="ldaps://elsewhere.example")
    await core.write(lambda t: keep_secret(t, core.keyring, "office", elsewhere, "x", 0, by=""))
    for name in ("office", "another"):
        with pytest.raises(BrokenOffError):
            async with office.directories.opened(name):
                pass


async def test_the_secret_stands_in_no_file(office: AtSlapd) -> None:
    await office.house.limen.core.settled(0)
    assert secret_is_nowhere(office.house.limen.core.root)


async def test_whose_account_it_was_is_forgotten_once(office: AtSlapd) -> None:
    core = office.house.limen.core
    await core.write(lambda t: store.link(t.connection, "office", "p_x", Account("entryUUID:1", "uid=x"), 1))
    await core.write(lambda t: forget_account(t, "office", "p_x", 2, by=""))
    assert office.said("account_forgotten") == [("account_forgotten", "p_x")]
    with pytest.raises(LimenError):
        await core.write(lambda t: forget_account(t, "office", "p_x", 3, by=""))
