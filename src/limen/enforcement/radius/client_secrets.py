"""The secret that a client shares with Limen, opened."""

from __future__ import annotations

from hmac import compare_digest

from limen.enforcement.radius import store
from limen.pillar import Core


async def secret_of(core: Core, client: str) -> bytes | None:
    """The secret of the client with this network; None where it has none."""
    sealed = (await core.database.reading(lambda snapshot: store.clients(snapshot.connection))).get(client)
    return core.keyring.open_sealed(store.CLIENTS, client, "sealed", sealed) if sealed is not None else None


async def is_secret_of(core: Core, client: str, secret: str) -> bool:
    """Whether this is the client's secret, in a time that tells nothing of how much of it is right."""
    kept = await secret_of(core, client)
    return kept is not None and compare_digest(kept, secret.encode("utf-8", "surrogatepass"))
