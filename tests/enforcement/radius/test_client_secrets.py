"""The secrets of clients, opened and compared."""

from __future__ import annotations

from tests.enforcement.radius.networks import CLIENT
from tests.web.conftest import House

from limen.enforcement.radius import service
from limen.enforcement.radius.client_secrets import ClientSecrets


async def test_a_client_has_its_own_secret_and_no_other(harbor: House) -> None:
    core, now = harbor.limen.core, harbor.clock.now()
    secret = await core.write(lambda t: service.make_secret(t, core.keyring, CLIENT, now, "server"))
    other = await core.write(lambda t: service.make_secret(t, core.keyring, "10.0.0.5", now, "server"))
    secrets = ClientSecrets(core)
    assert await secrets.of(CLIENT) == secret.encode()
    assert [await secrets.has(CLIENT, one) for one in (secret, other, "", "ä\ud800")] == [
        True,
        False,
        False,
        False,
    ]
    assert not await secrets.has("10.0.0.6/32", secret)
