"""The secrets that clients share with Limen, opened.

While the database is away those count that it had last: whoever has to be put out then is put out all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from hmac import compare_digest

from limen.enforcement.radius import store
from limen.pillar import Core
from limen.storage.errors import StorageError


class ClientSecrets:
    """Used on the event loop alone."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._sealed: Mapping[str, bytes] = {}

    async def look(self) -> None:
        """Read what the database has. Raises StorageError."""
        self._sealed = await self._core.database.reading(lambda snapshot: store.clients(snapshot.connection))

    async def of(self, client: str) -> bytes | None:
        """The secret of the client with this network; None where it has none. Raises StorageError where it can't be
        told.
        """
        try:
            await self.look()
        except StorageError:
            if client not in self._sealed:
                raise
        sealed = self._sealed.get(client)
        return self._core.keyring.open_sealed(store.CLIENTS, client, "sealed", sealed) if sealed is not None else None

    async def has(self, client: str, secret: str) -> bool:
        """Whether this is the client's secret, in a time that tells nothing of how much of it is right."""
        kept = await self.of(client)
        return kept is not None and compare_digest(kept, secret.encode("utf-8", "surrogatepass"))
