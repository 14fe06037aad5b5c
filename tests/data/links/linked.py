"""Links of a site of Microsoft 365 and of a drive of Google, looked for in a database of the test's own: against the
emulators of Graph's and Drive's contracts, which are neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.data.doors.protecting import CARD, OwnProtection
from tests.emulators.google_drive import MIA, GoogleFiles, google_drive, key_file
from tests.emulators.graph_drives import CLIENT, TENANT, GraphDrive, graph_drive

from limen.clock import MINUTE, Instant
from limen.connectors.vendor_client import VendorClient
from limen.data.inventory import kept_stores
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import Store, StoreKind
from limen.data.links import kept_links
from limen.data.links.considering import Considering
from limen.data.links.judging import Judging
from limen.data.links.kept_links import LinkStore, data_links
from limen.data.links.model import KeptLink
from limen.data.links.taking_away import TakingAway
from limen.data.links.watching import LinkWatch
from limen.enforcement.resolving import Resolver
from limen.events import Event
from limen.facts import Label
from limen.pillars import pillars
from limen.storage import Database, Keyring

WHERE = "harbor.sharepoint.com/sites/finance"
FINANCE = Store("finance", StoreKind.MICROSOFT365, WHERE, Label.CONFIDENTIAL, tenant=TENANT, client=CLIENT)
MIAS = Store("mia", StoreKind.GOOGLE_DRIVE, MIA, Label.INTERNAL)
ANYONE = {"id": "link-1", "link": {"scope": "anonymous", "type": "view"}}
COMPANY = {"id": "link-2", "link": {"scope": "organization", "type": "view"}}
VERA = {"id": "p-vera", "grantedToV2": {"user": {"email": "vera@partner.example"}}, "roles": ["read"]}
TOM = {"id": "p-tom", "grantedToV2": {"user": {"email": "tom@harbor.example"}}, "roles": ["read"]}
CARDS = CARD
__all__ = ["ANYONE", "CARDS", "COMPANY", "FINANCE", "MIAS", "TOM", "VERA", "Linked", "linked"]


@dataclass
class Told:
    said: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, name: str, error: str, _now: Instant) -> None:
        self.said.append((name, error))


@dataclass
class Linked:
    """`now` is what the clock says. `excepted`: documents that may pass, by person ("" for everybody) and digest."""

    vendor: GraphDrive | GoogleFiles
    store: Store
    database: Database
    protection: OwnProtection
    now: Instant = 1_800_000_000_000
    people: dict[str, str] = field(default_factory=lambda: {MIA: "p_mia"})
    left: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    asked_of: list[KeptLink] = field(default_factory=list)
    excepted: set[tuple[str, bytes]] = field(default_factory=set)
    told: Told = field(default_factory=Told)
    ticks: list[float] = field(default_factory=lambda: [0.0])
    domains: tuple[str, ...] = ("harbor.example",)

    def watch(self) -> LinkWatch:
        """One that has begun just now, as after a restart."""
        origin = self.vendor.origin
        signs_in = {"microsoft_sign_in": origin, "graph": origin, "google_sign_in": origin, "google": origin}
        walkers = Walkers(
            lambda asked: VendorClient(asked, Resolver), self.domains, downloads=(".127.0.0.1",), **signs_in
        )
        judging = Judging(
            self.protection,
            lambda address: self.people.get(address, ""),
            lambda person, _store, digest: bool({(person, digest), ("", digest)} & self.excepted),
        )
        considering = Considering(
            self.database,
            lambda: self.now,
            judging,
            TakingAway(self.events.append),
            self.domains,
            lambda _t, link: self.asked_of.append(link),
        )
        return LinkWatch(
            Keyring.open(self.database, b"m" * 32),
            walkers,
            considering,
            stores=lambda: {self.store.name: self.store},
            is_active=lambda person: person not in self.left,
            told=self.told,
            ticks=lambda: self.ticks[0],
        )

    async def look(self) -> None:
        """A minute later."""
        self.now += MINUTE
        await self.watch().look(self.store)
        assert [error for _, error in self.told.said if error] == []

    def links(self) -> dict[str, KeptLink]:
        """By the ids of their permissions."""
        found = self.database.read(lambda s: [row.id for row in s.connection.execute(data_links.select())])
        every = [self.database.read(lambda s, of=one: kept_links.one(s.connection, of)) for one in found]
        return {one.permission: one for one in every if one is not None}

    def states(self) -> dict[str, str]:
        return {permission: one.state.value for permission, one in self.links().items()}

    def kept(self) -> LinkStore:
        return self.database.read(lambda s: kept_links.stores(s.connection))[self.store.name]

    def kinds(self) -> list[str]:
        return [one.kind for one in self.events]


@asynccontextmanager
async def linked(folder: Path, store: Store = FINANCE, **protecting: Any) -> AsyncIterator[Linked]:
    """Looked at once, so that what comes is new."""
    pillars()
    database = Database.open(f"sqlite:///{folder / 'links.db'}")
    secret, emulator = ("s3cret", graph_drive) if store.kind is StoreKind.MICROSOFT365 else (key_file(), google_drive)
    keyring = Keyring.open(database, b"m" * 32)
    database.write(lambda t: kept_stores.ASKED.keep_secret(t.connection, keyring, store.name, store.place, secret))
    try:
        async with emulator() as vendor:
            vendor.are_all_good = True
            yield Linked(vendor, store, database, OwnProtection(**protecting))
    finally:
        database.close()
