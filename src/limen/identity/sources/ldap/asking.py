"""Directories asked for people when it is their turn: often for what changed, and now and then for everybody.

One worker asks at a time. What could not be read whole changes nothing; what was read is applied as `people.yaml` says.
"""

from __future__ import annotations

from typing import Final

from limen.clock import MINUTE, Instant, Milliseconds
from limen.connectors.asked_store import AskedState
from limen.connectors.ldap.accounts import WentOn, no_matter
from limen.connectors.turns import BrokenOffError, Turns, is_due
from limen.connectors.vendor_client import VendorError
from limen.errors import LimenError
from limen.identity.events import record as tell
from limen.identity.ports import Ports
from limen.identity.sources.ldap import store
from limen.identity.sources.ldap.ldap_settings import settings_of
from limen.identity.sources.ldap.reading import Read, Reading
from limen.identity.sources.ldap.store import DirectoryState, WholeReading
from limen.identity.sources.ldap.trying import Tried, tried
from limen.identity.sources.model import Source, SourceKind
from limen.identity.sources.people_sources import SourcesOfPeople
from limen.storage.database import Transaction

HELD_FOR: Final[Milliseconds] = 15 * MINUTE
"""So long after its last page a reading that was cut short by a crash keeps others waiting."""
LACKS: Final = "no password is stored for it and its address: `limen people-source connect {name}` stores one"
UNIT_LOST: Final = "people_source.unit_lost"
CONNECTED: Final = "people_source.connected"
READ_SOON: Final = "people_source.read_soon"


class Directories:
    """The sources of the kind `ldap`. Used on the event loop."""

    def __init__(self, ports: Ports, sources: SourcesOfPeople) -> None:
        self._ports = ports
        self._sources = sources
        self._reading = Reading(ports.now, lambda: ports.settings.zone)
        self._turns = Turns(
            ports.database, ports.keyring, ports.now, store.ASKED, lacks=LACKS, told=_Quiet(), held_ms=HELD_FOR
        )

    @property
    def declared(self) -> dict[str, Source]:
        """By their ids."""
        return {one.id: one for one in self._sources.declared if one.kind is SourceKind.LDAP}

    async def states(self) -> dict[str, DirectoryState]:
        """How it goes with those that were asked, or connected, by their ids."""
        return await self._ports.read(lambda snapshot: store.states(snapshot.connection))

    async def ask_due(self) -> None:
        """Ask each whose turn it is."""
        declared = self.declared
        if not declared:
            return
        states, now = await self.states(), self._ports.now()
        for source in declared.values():
            state = states[source.id].asked if source.id in states else AskedState(source.id)
            if is_due(state, settings_of(source).every_ms, now):
                await self.ask(source)

    async def ask(self, source: Source, *, whole: bool = False, watch: WentOn = no_matter) -> bool:
        """Ask one now, and apply what it says; False where somebody else is asking it. `whole`: for everybody.

        How it went is kept; see `states`. `watch` is told how many were read so far.
        """

        async def work(secret: str, went_on: WentOn) -> None:
            async def both(read: int) -> None:
                await watch(read)
                await went_on(read)

            await self._work(source, secret, both, whole=whole)

        return await self._turns.take(source.id, settings_of(source).place, work)

    async def read(self, source: Source, went_on: WentOn) -> Read:
        """Everybody, and nothing is changed. Raises VendorError, BrokenOffError."""
        return await self._reading.whole(source, await self._secret(source), went_on, await self._known_units(source))

    async def read_soon(self, source: Source, *, by: str) -> None:
        """Have everybody read at the next turn, by whichever worker asks directories."""
        now = self._ports.now()

        def work(transaction: Transaction) -> None:
            store.read_soon(transaction.connection, source.id)
            tell(transaction, now, READ_SOON, {"source": source.id}, by=by)

        await self._ports.write(work)

    async def try_connection(self, source: Source) -> Tried:
        """Bind, and look whether all that `people.yaml` names is there. Raises VendorError, BrokenOffError."""
        return await tried(settings_of(source), await self._secret(source))

    async def connect(self, source: Source, secret: str, *, by: str) -> None:
        """From now on this is the password with which Limen binds there; it is asked at the next turn."""
        place, now = settings_of(source).place, self._ports.now()

        def work(transaction: Transaction) -> None:
            store.ASKED.keep_secret(transaction.connection, self._ports.keyring, source.id, place, secret)
            tell(transaction, now, CONNECTED, {"source": source.id}, by=by)

        await self._ports.write(work)

    # Inside

    async def _work(self, source: Source, secret: str, went_on: WentOn, *, whole: bool) -> None:
        before = (await self.states())[source.id]
        try:
            await self._apply(source, secret, went_on, before, whole=whole)
        except VendorError as error:
            await self._failed(source, before, error.what)
            raise
        except LimenError as error:
            await self._failed(source, before, error.what)
            raise BrokenOffError(error.what) from None
        except BaseException:
            self._reading.forget(source)
            raise

    async def _apply(
        self, source: Source, secret: str, went_on: WentOn, before: DirectoryState, *, whole: bool
    ) -> None:
        is_time = self._ports.now() >= before.whole.at + settings_of(source).whole_ms
        if not whole and not is_time:
            changed = await self._reading.changes(source, secret)
            if changed is not None:
                await self._sources.say(source.id, changed)
                return
        began = self._ports.now()
        read = await self._reading.whole(source, secret, went_on, before.whole.units)
        took = self._ports.now() - began
        await self._sources.run(source.id, read.people, doubts_gone=bool(read.lost_unit))
        await self._ports.write(lambda transaction: self._read_whole(transaction, source, read, began, took))

    def _read_whole(
        self, transaction: Transaction, source: Source, read: Read, at: Instant, took_ms: Milliseconds
    ) -> None:
        whole = WholeReading(
            at=at,
            took_ms=took_ms,
            people=len(read.people),
            nameless=read.nameless,
            referrals=read.referrals,
            is_active_directory=read.is_active_directory,
            units=tuple(read.units),
            lost_unit=read.lost_unit,
        )
        store.was_read(transaction.connection, source.id, whole)
        if read.lost_unit:
            tell(transaction, self._ports.now(), UNIT_LOST, {"source": source.id, "unit": read.lost_unit[:200]})

    async def _failed(self, source: Source, before: DirectoryState, why: str) -> None:
        """Told once for each reason; how often it is tried in vain stands in the state."""
        self._reading.forget(source)
        if before.asked.error != why:
            await self._sources.failed(source.id, why)

    async def _secret(self, source: Source) -> str:
        place = settings_of(source).place
        secret = await self._ports.read(
            lambda snapshot: store.ASKED.secret_of(snapshot.connection, self._ports.keyring, source.id, place)
        )
        if not secret:
            raise BrokenOffError(LACKS.format(name=source.id))
        return secret

    async def _known_units(self, source: Source) -> tuple[str, ...]:
        state = (await self.states()).get(source.id)
        return state.whole.units if state is not None else ()


class _Quiet:
    """Runs that failed are told by `SourcesOfPeople`, with their source."""

    def tell(self, name: str, error: str, now: Instant) -> None: ...
