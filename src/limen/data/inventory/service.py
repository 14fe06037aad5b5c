"""The inventory as the server runs it: put together, told of changes to shares, and kept to the stores in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from limen.clock import Instant
from limen.connectors.turns import Told
from limen.connectors.vendor_client import VendorClient
from limen.data.inventory import kept_stores
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.looking import ByRules, Looking, Protecting
from limen.data.inventory.model import NO_STORES, StatedStores, Store
from limen.data.inventory.taking import Inventory
from limen.events import Event
from limen.facts import FactStore
from limen.pillar import Core, Every, SignOn
from limen.storage import Keyring, Transaction

TAKE_SECONDS: Final = 30.0
FORGET_SECONDS: Final = 600.0


def inventory_of(core: Core, protecting: Protecting, mark: Callable[[], str]) -> Inventory:
    """`mark` is another whenever the rules are by which items are looked into."""

    async def looking() -> Looking:
        return ByRules(protecting, mark())

    return Inventory(
        core.database,
        core.keyring,
        core.clock.now,
        Walkers(lambda origin: VendorClient(origin, core.offers.take(SignOn).resolver), (core.settings.domain,)),
        stores=lambda: (core.known.rules_of(StatedStores) or NO_STORES).by_name,
        owners=lambda: owners_of(core.known),
        looking=looking,
        told=Told(core.journal, "data.store_failed", "data.store_back"),
    )


def periodic(inventory: Inventory) -> tuple[Every, ...]:
    return (
        Every("go through stores of data", TAKE_SECONDS, inventory.take_due),
        Every("forget stores of data that are stated no more", FORGET_SECONDS, inventory.forget),
    )


def owners_of(known: FactStore) -> Mapping[str, str]:
    """The ids of people by their email addresses."""
    return {one.email.casefold(): one.id for one in known.people.values() if one.email}


def keep_secret(
    transaction: Transaction, keyring: Keyring, store: Store, secret: str, now: Instant, *, by: str
) -> None:
    """Keep the secret by which Limen gets into a store."""
    kept_stores.ASKED.keep_secret(transaction.connection, keyring, store.name, store.place, secret)
    transaction.say(Event(at=now, kind="data.store_secret_kept", actor=by, details={"source": store.name}))
