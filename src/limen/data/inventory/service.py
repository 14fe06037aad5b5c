"""The inventory as the server runs it: put together, told of changes to shares, and kept to the stores in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias

from limen.clock import Instant
from limen.connectors.turns import Told
from limen.connectors.vendor_client import VendorClient
from limen.data.allowed import store as allowed_values
from limen.data.inventory import kept_stores
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.looking import ByRules, Looking, Protecting, mark_of
from limen.data.inventory.model import NO_STORES, StatedStores, Store
from limen.data.inventory.taking import Inventory
from limen.data.inventory.watching import Watching
from limen.data.lists import store as lists
from limen.data.rules.stated import NO_RULES, DataRules
from limen.data.settings import DataSettings
from limen.events import Event
from limen.facts import FactStore
from limen.pillar import Core, Every, Once, SignOn
from limen.storage import Keyring, Snapshot, Transaction

if TYPE_CHECKING:
    from aiohttp.abc import AbstractResolver

Resolving: TypeAlias = "Callable[[], AbstractResolver]"
WATCH_SECONDS: Final = 10.0
TAKE_SECONDS: Final = 30.0
FORGET_SECONDS: Final = 600.0


def build(core: Core, protecting: Protecting) -> tuple[Inventory, Watching]:
    """The inventory, and what has it begin where folders change."""
    inventory = inventory_of(core, protecting)
    return inventory, Watching(inventory.stores, inventory.ask_soon)


def inventory_of(core: Core, protecting: Protecting) -> Inventory:
    async def looking() -> Looking:
        rules, now = core.known.rules_of(DataRules) or NO_RULES, core.clock.now()
        return ByRules(protecting, await core.database.reading(lambda snapshot: mark_now(snapshot, rules, now)))

    return Inventory(
        core.database,
        core.keyring,
        core.clock.now,
        walkers_of(core),
        stores=lambda: (core.known.rules_of(StatedStores) or NO_STORES).by_name,
        owners=lambda: owners_of(core.known),
        looking=looking,
        told=Told(core.journal, "data.store_failed", "data.store_back"),
    )


def walkers_of(core: Core) -> Walkers:
    """By this Limen's own resolver, and the domains of its settings."""
    return Walkers(
        lambda origin: VendorClient(origin, core.offers.take(SignOn).resolver),
        core.settings.section(DataSettings).own_domains(core.settings.domain),
    )


def periodic(inventory: Inventory, watching: Watching) -> tuple[Every, ...]:
    return (
        Every("watch folders with data", WATCH_SECONDS, watching.keep_up, Once.PER_MACHINE),
        Every("go through stores of data", TAKE_SECONDS, inventory.take_due, Once.IN_ALL),
        Every("forget stores of data that are stated no more", FORGET_SECONDS, inventory.forget, Once.IN_ALL),
    )


def mark_now(snapshot: Snapshot, rules: DataRules, now: Instant) -> str:
    """By these rules, with the lists that are kept and the values that are allowed."""
    kept = [(one.name, one.kept_at) for one in lists.every(snapshot.connection)]
    return mark_of(rules, kept, allowed_values.for_everybody(snapshot.connection, now))


def owners_of(known: FactStore) -> Mapping[str, str]:
    """The ids of people by their email addresses."""
    return {one.email.casefold(): one.id for one in known.people.values() if one.email}


def keep_secret(
    transaction: Transaction, keyring: Keyring, store: Store, secret: str, now: Instant, *, by: str
) -> None:
    """Keep the secret by which Limen gets into a store."""
    kept_stores.ASKED.keep_secret(transaction.connection, keyring, store.name, store.place, secret)
    transaction.say(Event(at=now, kind="data.store_secret_kept", actor=by, details={"source": store.name}))
