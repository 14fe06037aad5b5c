"""Asking the sources that are to be asked: by one worker at a time, page by page, with what came of it written down.

A device is forgotten when two whole lists in a row were without it: while a vendor pages, one can slip from a page to
the one before. A list that breaks off forgets nothing.
"""

from __future__ import annotations

from typing import Final

from limen.clock import MINUTE, Instant, Milliseconds
from limen.connectors.vendor_client import VendorError
from limen.devices.sources import store
from limen.devices.sources.service import Sources, place_of
from limen.devices.sources.store import SourceState
from limen.devices.sources.vendors import Vendors
from limen.events import Event, Outcome
from limen.facts.device_rules import PULLED, DeviceSource
from limen.pillar import Core

HELD_FOR: Final[Milliseconds] = 10 * MINUTE
"""For so long nobody else asks a source, from each page on."""
MOST_RECORDS: Final = 100_000


class Pulls:
    """Asks them. Used on the event loop."""

    def __init__(self, core: Core, sources: Sources, vendors: Vendors) -> None:
        self._core = core
        self._sources = sources
        self.vendors = vendors
        self._missing: dict[str, set[str]] = {}

    async def ask_due(self) -> None:
        """Ask every source whose turn it is, one after the other."""
        states = await self._core.database.reading(lambda snapshot: store.states(snapshot.connection))
        for name, source in self._sources.known().items():
            if source.kind in PULLED and _is_due(source, states.get(name, SourceState(name)), self._sources.now()):
                await self.ask(name, source)

    async def ask(self, name: str, source: DeviceSource) -> None:
        """Ask one, unless somebody else does at this moment, and write down what came of it."""
        now, database = self._sources.now(), self._core.database
        if not await database.writing(lambda t: store.begin(t.connection, name, now, HELD_FOR)):
            return
        error = "it broke off"
        try:
            await self._listed(name, source)
            error = ""
        except VendorError as wrong:
            error = wrong.what
        finally:
            await self._ended(name, error)

    async def _listed(self, name: str, source: DeviceSource) -> None:
        """Take all that it lists. Raises VendorError."""
        keyring, place = self._core.keyring, place_of(source)
        secret = await self._core.database.reading(
            lambda snapshot: store.secret_of(snapshot.connection, keyring, name, place)
        )
        if not secret:
            raise VendorError("no-secret")
        seen: set[str] = set()
        async for records in self.vendors.records(source, secret):
            seen |= {one.id for one in records}
            if len(seen) > MOST_RECORDS:
                raise VendorError("too-much")
            await self._sources.take(name, records)
            await self._went_on(name, len(seen))
        missing = await self._core.database.reading(lambda snapshot: store.ids_of(snapshot.connection, name)) - seen
        gone, self._missing[name] = missing & self._missing.get(name, set()), missing
        await self._sources.take(name, [], tuple(gone))

    async def _went_on(self, name: str, progress: int) -> None:
        until: Instant = self._sources.now() + HELD_FOR
        await self._core.database.writing(lambda t: store.went_on(t.connection, name, progress, until))

    async def _ended(self, name: str, error: str) -> None:
        database, now = self._core.database, self._sources.now()
        before = await database.reading(lambda snapshot: store.states(snapshot.connection)[name].error)
        await database.writing(lambda t: store.ended(t.connection, name, now, error))
        if bool(before) is not bool(error):
            self._tell(name, error)

    def _tell(self, name: str, error: str) -> None:
        self._core.journal.record(
            Event(
                at=self._sources.now(),
                kind="device.source_failed" if error else "device.source_back",
                outcome=Outcome.FAILURE if error else Outcome.SUCCESS,
                details={"source": name, **({"error": error} if error else {})},
            )
        )


def _is_due(source: DeviceSource, state: SourceState, now: Instant) -> bool:
    return now >= state.tried_at + source.every_ms and now >= state.busy_until
