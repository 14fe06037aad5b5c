from __future__ import annotations

from tests.web.conftest import House

from limen.enforcement.radius import service, store
from limen.opaque import hash_of


async def test_a_secret_is_sealed_and_a_token_is_a_hash(harbor: House) -> None:
    core, now = harbor.limen.core, harbor.clock.now()
    secret = await core.write(lambda t: service.make_secret(t, core.keyring, "10.0.0.1", now, "p_ada"))
    token = await core.write(lambda t: service.make_server(t, now, "p_ada"))
    assert await core.write(lambda t: service.secrets_of(t, core.keyring)) == {"10.0.0.1/32": secret}
    (sealed,) = (await core.database.reading(lambda s: store.clients(s.connection))).values()
    assert secret.encode() not in sealed
    assert await core.database.reading(lambda s: store.is_server(s.connection, hash_of(token)))
    assert [event.details["client"] for event in harbor.events("radius.secret_made")] == ["10.0.0.1/32"]
    assert len(harbor.events("radius.server_configured")) == 1
