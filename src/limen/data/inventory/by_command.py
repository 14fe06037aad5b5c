"""The inventory as a command takes it: the same rules and the same database, with or without a server running."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from limen.clock import Clock, Instant
from limen.connectors.vendor_client import VendorClient
from limen.data.by_command import protection_by_command
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.looking import ByRules, Looking
from limen.data.inventory.model import Store
from limen.data.inventory.service import Resolving, mark_now
from limen.data.inventory.taking import Inventory
from limen.data.rules.stated import DataRules
from limen.storage import Database, Keyring


class TellsNobody:
    """What goes wrong is printed by the command, and stands in the state of the store."""

    def tell(self, name: str, error: str, now: Instant) -> None: ...


@contextmanager
def inventory_by_command(
    database: Database,
    keyring: Keyring,
    clock: Clock,
    rules: DataRules,
    resolver: Resolving,
    *,
    domains: tuple[str, ...],
    owners: Mapping[str, str],
) -> Iterator[Inventory]:
    """Until the end of the block. `domains` are the company's own, `owners` people's ids by their email addresses;
    `resolver` finds addresses, none that is forbidden.
    """
    mark = database.read(lambda snapshot: mark_now(snapshot, rules, clock.now()))
    stores: dict[str, Store] = {one.name: one for one in rules.stores}

    with protection_by_command(database, keyring, rules, clock.now()) as protection:

        async def looking() -> Looking:
            return ByRules(protection, mark)

        yield Inventory(
            database,
            keyring,
            clock.now,
            Walkers(lambda origin: VendorClient(origin, resolver), domains),
            stores=lambda: stores,
            owners=lambda: owners,
            looking=looking,
            told=TellsNobody(),
        )
