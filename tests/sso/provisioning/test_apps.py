"""The apps that Limen keeps accounts in, and the token of each."""

from __future__ import annotations

import pytest
from tests.scim_app import TOKEN
from tests.sso.provisioning.at_wiki import WIKI, AtWiki

from limen.connectors.turns import BrokenOffError
from limen.sso.provisioning import store
from limen.sso.provisioning.apps import ProvisionedApps


async def test_a_token_is_for_one_address_and_stands_nowhere_as_it_is(wiki: AtWiki) -> None:
    core = wiki.house.limen.core
    apps = core.offers.take(ProvisionedApps)
    assert list(apps.known()) == [WIKI]
    with pytest.raises(BrokenOffError):
        async with apps.opened("handbook"):
            pass

    def secret(url: str) -> str:
        return core.database.read(lambda s: store.ASKED.secret_of(s.connection, core.keyring, WIKI, url))

    assert (secret(apps.known()[WIKI].url), secret("https://evil.example")) == (TOKEN, "")
    core.journal.flush()
    written = b"".join(path.read_bytes() for path in core.root.rglob("*") if path.is_file())
    assert TOKEN.encode() not in written
