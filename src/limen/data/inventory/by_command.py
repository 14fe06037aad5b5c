"""The inventory as a command takes it: the same rules and the same database, with or without a server running."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager

from limen.clock import Clock, Instant
from limen.connectors.vendor_client import VendorClient
from limen.data.documents import Inspected
from limen.data.extraction.pool import Pool
from limen.data.inspection import Inspection
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.looking import ByRules, Looking, mark_of
from limen.data.inventory.model import Store
from limen.data.inventory.service import Resolving, kept_lists
from limen.data.inventory.taking import Inventory
from limen.data.labels.marks import PURPOSE as LABELS, Marks
from limen.data.lists import store as lists
from limen.data.lists.keeping import matchers_of
from limen.data.protection import PURPOSE
from limen.data.rules.content import content_of
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.judging import judge
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.model import Judged, Passing
from limen.data.rules.stated import DataRules
from limen.storage import Database, Keyring


class TellsNobody:
    """What goes wrong is printed by the command, and stands in the state of the store."""

    def tell(self, name: str, error: str, now: Instant) -> None: ...


class ByTheRules:
    """Looks into documents and judges them by the rules of a published data.yaml."""

    def __init__(self, rules: DataRules, inspection: Inspection, marks: Marks) -> None:
        self._rules, self._names, self._marks = rules, rules.names, marks
        self._inspection = inspection

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:
        return await self._inspection.inspect(body, name)

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        carried = inspected.carried
        claim = None if carried is None else self._marks.claim(carried, self._rules.microsoft)
        return judge(self._rules, passing, content_of(inspected, claim=claim), names=self._names)


@contextmanager
def inventory_by_command(
    database: Database,
    keyring: Keyring,
    clock: Clock,
    rules: DataRules,
    resolver: Resolving,
    *,
    domain: str,
    owners: Mapping[str, str],
) -> Iterator[Inventory]:
    """Until the end of the block. `owners` are people's ids by their email addresses; `resolver` finds addresses, none
    that is forbidden.
    """
    kept = database.read(lambda snapshot: lists.every(snapshot.connection))
    mark = mark_of(rules, database.read(kept_lists))
    scanner = ContentScanner(scanner_of(rules, keyring.key_for(PURPOSE)), matchers_of(kept, keyring, rules))
    pool = Pool(scanner)
    inspection, marks = Inspection(scanner, pool), Marks(keyring.keys_for(LABELS))
    stores: dict[str, Store] = {one.name: one for one in rules.stores}

    async def looking() -> Looking:
        return ByRules(ByTheRules(rules, inspection, marks), mark)

    try:
        yield Inventory(
            database,
            keyring,
            clock.now,
            Walkers(lambda origin: VendorClient(origin, resolver), (domain,)),
            stores=lambda: stores,
            owners=lambda: owners,
            looking=looking,
            told=TellsNobody(),
        )
    finally:
        pool.close()
