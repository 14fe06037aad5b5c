"""The drives of a store, opened so that links can be seen and taken away: as much as the company lets Limen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from limen.clock import Instant
from limen.connectors.google.drive import SCOPE
from limen.connectors.google.sharing import GoogleSharing
from limen.connectors.microsoft.sharing import MicrosoftSharing
from limen.connectors.sharing import SharingDrive
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import Store, StoreKind

WRITING: Final = "https://www.googleapis.com/auth/drive"
"""Google's scope for taking permissions away."""


@asynccontextmanager
async def opened(walkers: Walkers, store: Store, secret: str, now: Instant) -> AsyncIterator[SharingDrive]:
    """Until the end of the block. Raises VendorError."""
    if store.kind is StoreKind.MICROSOFT365:
        async with walkers.microsoft(store, secret) as drives:
            yield MicrosoftSharing(drives, store.where)
    else:
        async with walkers.google_drive(store, secret, now, (WRITING, SCOPE)) as drive:
            yield GoogleSharing(drive, store.where.casefold() if "@" in store.where else "")
