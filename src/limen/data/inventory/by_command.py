"""The inventory as a command takes it: the same rules and the same database, with or without a server running."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping

from limen.clock import Clock, Instant
from limen.connectors.vendor_client import VendorClient
from limen.data.documents import Inspected, WhyNot
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.looking import ByRules, Looking, mark_of
from limen.data.inventory.model import Store
from limen.data.inventory.service import Resolving, kept_lists
from limen.data.inventory.taking import LARGEST, Inventory
from limen.data.lists import store as lists
from limen.data.lists.keeping import matchers_of
from limen.data.rules.content import content_of
from limen.data.rules.content_scanner import ContentScanner
from limen.data.rules.judging import judge
from limen.data.rules.looked_for import scanner_of
from limen.data.rules.model import Judged, Passing
from limen.data.rules.stated import DataRules
from limen.storage import Database, Keyring

_PURPOSE = "found data"


class TellsNobody:
    """What goes wrong is printed by the command, and stands in the state of the store."""

    def tell(self, name: str, error: str, now: Instant) -> None: ...


class ByTheRules:
    """Looks into text and judges it by the rules of a published data.yaml."""

    def __init__(self, rules: DataRules, scanner: ContentScanner) -> None:
        self._rules = rules
        self._scanner = scanner

    async def inspect(self, body: AsyncIterator[bytes] | bytes, name: str = "") -> Inspected:  # noqa: ARG002
        text = body if isinstance(body, bytes) else b"".join([piece async for piece in body])
        if len(text) > LARGEST:
            return Inspected("", why_not=frozenset({WhyNot.TOO_LARGE}))
        if b"\0" in text[:8_192]:
            return Inspected("", why_not=frozenset({WhyNot.UNKNOWN_KIND}))
        found = await asyncio.to_thread(self._scanner.text, text)
        return Inspected("text", found, ("",) * len(found.findings))

    def judge(self, passing: Passing, inspected: Inspected) -> Judged:
        return judge(self._rules, passing, content_of(inspected), names=self._rules.names)


def inventory_by_command(
    database: Database,
    keyring: Keyring,
    clock: Clock,
    rules: DataRules,
    resolver: Resolving,
    *,
    domain: str,
    owners: Mapping[str, str],
) -> Inventory:
    """`owners` are people's ids by their email addresses; `resolver` finds addresses, none that is forbidden."""
    kept = database.read(lambda snapshot: lists.every(snapshot.connection))
    mark = mark_of(rules, database.read(kept_lists))
    scanner = ContentScanner(scanner_of(rules, keyring.key_for(_PURPOSE)), matchers_of(kept, keyring, rules))
    stores: dict[str, Store] = {one.name: one for one in rules.stores}

    async def looking() -> Looking:
        return ByRules(ByTheRules(rules, scanner), mark)

    return Inventory(
        database,
        keyring,
        clock.now,
        Walkers(lambda origin: VendorClient(origin, resolver), (domain,)),
        stores=lambda: stores,
        owners=lambda: owners,
        looking=looking,
        told=TellsNobody(),
    )
