"""Asking the sources that are to be asked: by one worker at a time, page by page, with what came of it written down.

A device is forgotten when two whole lists in a row were without it: while a vendor pages, one can slip from a page to
the one before. A list that breaks off forgets nothing.
"""

from __future__ import annotations

from functools import partial
from typing import Final

from limen.connectors.turns import Told, Turns, WentOn, is_due
from limen.connectors.vendor_client import VendorError
from limen.devices.sources import store
from limen.devices.sources.service import Sources, place_of
from limen.devices.sources.store import SourceState
from limen.devices.sources.vendors import Vendors
from limen.facts.device_rules import PULLED, DeviceSource
from limen.pillar import Core

MOST_RECORDS: Final = 100_000
_LACKS: Final = "no secret is stored for it and its address: `limen device source-secret` stores one"


class Pulls:
    """Asks them. Used on the event loop."""

    def __init__(self, core: Core, sources: Sources, vendors: Vendors) -> None:
        self._core = core
        self._sources = sources
        told = Told(core.journal, "device.source_failed", "device.source_back")
        self._turns = Turns(core.database, core.keyring, sources.now, store.ASKED, lacks=_LACKS, told=told)
        self.vendors = vendors
        self._missing: dict[str, set[str]] = {}

    async def ask_due(self) -> None:
        """Ask every source whose turn it is, one after the other."""
        states = await self._turns.states()
        for name, source in self._sources.known().items():
            state = states.get(name, SourceState(name))
            if source.kind in PULLED and is_due(state, source.every_ms, self._sources.now()):
                await self.ask(name, source)

    async def ask(self, name: str, source: DeviceSource) -> None:
        """Ask one, unless somebody else does at this moment, and write down what came of it."""
        await self._turns.take(name, place_of(source), partial(self._listed, name, source))

    async def _listed(self, name: str, source: DeviceSource, secret: str, went_on: WentOn) -> None:
        """Take all that it lists. Raises VendorError."""
        seen: set[str] = set()
        async for records in self.vendors.records(source, secret):
            seen |= {one.id for one in records}
            if len(seen) > MOST_RECORDS:
                raise VendorError("too-much")
            await self._sources.take(name, records)
            await went_on(len(seen))
        missing = await self._core.database.reading(lambda snapshot: store.ids_of(snapshot.connection, name)) - seen
        gone, self._missing[name] = missing & self._missing.get(name, set()), missing
        await self._sources.take(name, [], tuple(gone))
