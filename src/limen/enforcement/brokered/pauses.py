"""After a sign-in that a vendor's site refused, nobody is signed in there for a while, at whatever worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from limen.clock import MINUTE, Milliseconds
from limen.enforcement.brokered.store import Secret
from limen.facts import App
from limen.storage.kept_briefly import KeptBriefly, Shelf

PAUSE: Final[Milliseconds] = 2 * MINUTE
"""Most sites lock an account after a few wrong tries."""
_SHELF: Final = Shelf("brokered accounts that were refused", 10_000)


@dataclass(frozen=True, slots=True)
class Pauses:
    """Both raise StorageError. A secret that was stored since is tried at once."""

    kept: KeptBriefly

    async def begin(self, app: App, secret: Secret) -> None:
        await self.kept.do(lambda rows: rows.put(_SHELF, _name(app, secret), b"", rows.now + PAUSE))

    async def is_paused(self, app: App, secret: Secret) -> bool:
        return await self.kept.do(lambda rows: rows.look(_SHELF, _name(app, secret)) is not None)


def _name(app: App, secret: Secret) -> str:
    return f"{app.id} {secret.stored_at}"
