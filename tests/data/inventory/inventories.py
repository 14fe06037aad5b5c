"""An inventory over a database of the test's own, with rules that find cards alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from limen.clock import Instant
from limen.connectors.vendor_client import VendorClient
from limen.data.detectors.every import DETECTORS
from limen.data.documents import Inspected
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.kept_items import KeptItem, Sought, items
from limen.data.inventory.looking import ByRules
from limen.data.inventory.model import Store, StoreKind
from limen.data.inventory.taking import Inventory
from limen.data.rules.model import Judged, Passing, Step
from limen.data.scanning.scanner import Scanner
from limen.enforcement.resolving import Resolver
from limen.facts import Label
from limen.storage import Database, Keyring

NOW = 1_800_000_000_000
CARD = "Visa 4111 1111 1111 1111"


class Cards:
    """Protection whose only rule is that cards are confidential. `read` are the names of what was looked into."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.seconds = 0
        self._scanner = Scanner([one for one in DETECTORS.values() if one.kind == "payment-card"], key=b"k" * 32)

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:
        assert not isinstance(body, bytes)
        text = b"".join([piece async for piece in body])
        self.read.append(name)
        return Inspected("text", self._scanner.text(text))

    def counting(self, _passing: Passing, inspected: Inspected) -> Inspected:
        return inspected

    def judge(self, _passing: Passing, inspected: Inspected) -> Judged:
        has_cards = bool(inspected.found.findings)
        return Judged(Step.ALLOW, label=Label.CONFIDENTIAL if has_cards else None)


@dataclass
class Told:
    said: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, name: str, error: str, now: Instant) -> None:
        assert now == NOW
        self.said.append((name, error))


@dataclass
class Taking:
    """`at` is what the clock says, in seconds; each wait moves it on."""

    database: Database
    inventory: Inventory
    protecting: Cards
    told: Told
    stores: dict[str, Store]
    owners: dict[str, str]
    mark: list[str] = field(default_factory=lambda: ["rules-1"])
    ticks: list[float] = field(default_factory=lambda: [0.0])
    waits: list[float] = field(default_factory=list)

    def items(self, sought: Sought | None = None) -> dict[str, KeptItem]:
        found = self.database.read(lambda s: items(s.connection, sought or Sought(), most=1_000))
        return {one.path: one for one in found}


def folder_store(where: Path, name: str = "share", **more: object) -> Store:
    return Store(name, StoreKind.FOLDER, str(where), Label.INTERNAL, **more)


def taking(database: Database, *stores: Store) -> Taking:
    protecting, told, by_name, owners = Cards(), Told(), {one.name: one for one in stores}, dict[str, str]()
    mark, ticks, waits = ["rules-1"], [0.0], list[float]()

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        ticks[0] += seconds

    async def looking() -> ByRules:
        return ByRules(protecting, mark[0])

    inventory = Inventory(
        database,
        Keyring.open(database, b"m" * 32),
        lambda: NOW,
        Walkers(lambda origin: VendorClient(origin, Resolver), ("harbor.example",)),
        stores=lambda: by_name,
        owners=lambda: owners,
        looking=looking,
        told=told,
        sleep=sleep,
        ticks=lambda: ticks[0],
    )
    return Taking(database, inventory, protecting, told, by_name, owners, mark, ticks, waits)
