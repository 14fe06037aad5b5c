"""How each kind of store is opened: with which client, as whom, with the secret that was stored for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.clock import Instant
from limen.connectors.aws.bucket import Bucket
from limen.connectors.google.drive import API, SCOPE, GoogleDrive
from limen.connectors.google.sign_in import SIGN_IN as GOOGLE_SIGN_IN, delegated_token, service_account
from limen.connectors.microsoft.drives import DOWNLOADS, Drives
from limen.connectors.microsoft.sign_in import GRAPH, SIGN_IN, app_token
from limen.connectors.vendor_client import VendorClient, VendorError, closing_clients
from limen.data.inventory.buckets import BucketWalker
from limen.data.inventory.databases import DatabaseWalker, database_at
from limen.data.inventory.folders import FolderWalker
from limen.data.inventory.google_drives import GoogleWalker
from limen.data.inventory.microsoft_drives import MicrosoftWalker
from limen.data.inventory.model import Store, StoreKind, Walker

NO_PASSWORD: Final = "-"  # noqa: S105 -- it stands for none
"""Stored in place of a password where a database asks for none, as on a socket."""


@dataclass(frozen=True, slots=True)
class Walkers:
    """Makes walkers, and clients of drives. `client` makes one of HTTP for an origin; `domains` are the company's for
    every store.
    """

    client: Callable[[str], VendorClient]
    domains: tuple[str, ...] = ()
    microsoft_sign_in: str = SIGN_IN
    graph: str = GRAPH
    downloads: tuple[str, ...] = DOWNLOADS
    google_sign_in: str = GOOGLE_SIGN_IN
    google: str = API
    s3: str = ""
    """"": the bucket's own address, of its region."""

    @asynccontextmanager
    async def opened(self, store: Store, secret: str, now: Instant) -> AsyncIterator[Walker]:
        """A walker of this store until the end of the block. Raises VendorError, WalkError."""
        domains = (*store.inside, *self.domains)
        match store.kind:
            case StoreKind.FOLDER | StoreKind.SMB:
                yield FolderWalker(Path(store.where), domains[0] if domains else "")
            case StoreKind.POSTGRESQL:
                yield DatabaseWalker(database_at(store.where, "" if secret == NO_PASSWORD else secret))
            case StoreKind.S3:
                async with closing_clients(self.client) as at:
                    name, _, prefix = store.where.partition("/")
                    origin = self.s3 or f"https://{name}.s3.{store.region}.amazonaws.com"
                    yield BucketWalker(Bucket(at(origin), store.region, store.client, secret), prefix)
            case StoreKind.MICROSOFT365:
                async with self.microsoft(store, secret) as drives:
                    yield MicrosoftWalker(drives, store.where, domains)
            case StoreKind.GOOGLE_DRIVE:
                async with self.google_drive(store, secret, now) as drive:
                    yield GoogleWalker(drive, domains)

    @asynccontextmanager
    async def microsoft(self, store: Store, secret: str) -> AsyncIterator[Drives]:
        """The drives of a store of Microsoft 365, until the end of the block. Raises VendorError."""
        async with closing_clients(self.client) as at:
            token = await app_token(at(self.microsoft_sign_in), store.tenant, store.client, secret, GRAPH)
            yield Drives(at(self.graph), token, at, self.downloads)

    @asynccontextmanager
    async def google_drive(
        self, store: Store, secret: str, now: Instant, scopes: Sequence[str] = (SCOPE,)
    ) -> AsyncIterator[GoogleDrive]:
        """The drive of a store of Google, by the first of these scopes that the company lets Limen have, until the end
        of the block. Raises VendorError.
        """
        async with closing_clients(self.client) as at:
            is_persons = "@" in store.where
            asking = at(self.google_sign_in), service_account(secret), store.where if is_persons else store.client
            *wider, last = scopes
            token = ""
            for scope in wider:
                try:
                    token = token or await delegated_token(*asking, scope, now)
                except VendorError as error:
                    if error.word != "not-allowed":
                        raise
            token = token or await delegated_token(*asking, last, now)
            yield GoogleDrive(at(self.google), token, "" if is_persons else store.where)
