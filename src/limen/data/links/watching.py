"""Looking for links of cloud drives: what changed in each store since the last look, a page at a time.

A store is asked once a minute, from where the last look ended. When it is looked at first, everything that is shared
already is noted as having stood before, and not judged. Where what the vendor remembers does not reach back (HTTP 410),
everything is gone through again, and what is not known is judged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

import msgspec

from limen.clock import MINUTE, Instant
from limen.connectors.sharing import SharingDrive, SharingPage
from limen.connectors.turns import BrokenOffError, Teller, Turns, WentOn, is_due
from limen.connectors.vendor_client import VendorError
from limen.data.inventory import kept_stores
from limen.data.inventory.connecting import Walkers
from limen.data.inventory.model import LACKS, Store
from limen.data.links import kept_links
from limen.data.links.considering import Considering, Sight
from limen.data.links.model import ANYONE, CLOUDS
from limen.data.links.opening import opened
from limen.data.rules.model import Channel, Passing
from limen.storage import Database, Keyring, Transaction

EVERY: Final = MINUTE
TURN_SECONDS: Final = 100.0
"""A turn begins no other page after so long: what is left comes with the next."""
MOST_PAGES: Final = 500
RENEW_SECONDS: Final = 60.0
_TOO_OLD: Final = 410


class _Cursor(msgspec.Struct):
    """`begin`: where changes go on. `listing`: how far everything was gone through; None: it is not being so.

    `is_first`: what is gone through stood before. `is_settling`: what stood before is judged where it changed since.
    """

    begin: str
    listing: str | None = None
    is_first: bool = False
    is_settling: bool = False

    @property
    def sight(self) -> Sight:
        return Sight(self.listing is not None, self.is_first, self.is_settling)


@dataclass(slots=True)
class _Look:
    """What a turn goes with. `ends_at` and `renewed` are instants of the clock that never jumps."""

    store: Store
    drive: SharingDrive
    went_on: WentOn
    ticks: Callable[[], float]
    ends_at: float
    renewed: float

    async def goes_on(self) -> bool:
        """Whether there is time for more; nobody else begins meanwhile."""
        now = self.ticks()
        if now > self.renewed + RENEW_SECONDS:
            await self.went_on(0)
            self.renewed = now
        return now <= self.ends_at


class LinkWatch:
    """Used on the event loop. `stores` are those in force by name; `is_active` says so of a person's id."""

    def __init__(
        self,
        keyring: Keyring,
        walkers: Walkers,
        considering: Considering,
        *,
        stores: Callable[[], Mapping[str, Store]],
        is_active: Callable[[str], bool],
        told: Teller,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database: Database = considering.database
        self._keyring, self._now, self._walkers = keyring, considering.now, walkers
        self._considering, self._stores, self._is_active = considering, stores, is_active
        self._ticks = ticks
        self._turns = Turns(self._database, keyring, self._now, kept_links.ASKED, lacks=LACKS, told=told)

    async def look_due(self) -> None:
        """Look at the stores whose turn it is, one after another; forget those of which no rule asks any more."""
        states = await self._database.reading(lambda snapshot: kept_links.stores(snapshot.connection))
        watched = self.watched()
        for name, store in watched.items():
            state = states.get(name)
            if state is None or is_due(state.asked, EVERY, self._now()):
                await self.look(store)
        for name in states.keys() - watched.keys():
            await self._database.writing(partial(_forget, name))
        await self._database.writing(lambda t: kept_links.forget(t.connection, self._now()))

    def watched(self) -> dict[str, Store]:
        """The stores that tell of links, where a rule asks of links there."""
        return {name: store for name, store in self._stores().items() if self._is_asked_of(store)}

    async def look(self, store: Store) -> bool:
        """One turn at a store; False where somebody else has it now."""
        return await self._turns.take(store.name, store.place, partial(self._turn, store), needs_secret=False)

    # A turn

    def _is_asked_of(self, store: Store) -> bool:
        passing = Passing(Channel.LINK, app=store.name, outside=frozenset({ANYONE}))
        return store.kind in CLOUDS and self._considering.judging.protection.asks(passing)

    async def _turn(self, store: Store, _secret: str, went_on: WentOn) -> None:
        """What is due comes before what is new, so that no flood of pages keeps a link standing. Raises VendorError,
        BrokenOffError.
        """
        secret = await self._database.reading(
            lambda s: kept_stores.ASKED.secret_of(s.connection, self._keyring, store.name, store.place)
        )
        if not secret:
            raise BrokenOffError(LACKS.format(name=store.name))
        async with opened(self._walkers, store, secret, self._now()) as drive:
            begun = self._ticks()
            look = _Look(store, drive, went_on, self._ticks, begun + TURN_SECONDS, begun)
            at = await self._from_where(look)
            await self._considering.end_due(drive, store, await self._who_left(store), look.goes_on)
            await self._considering.again(drive, store, look.goes_on)
            try:
                await self._go_on(look, at)
            except VendorError as error:
                if error.status != _TOO_OLD:
                    raise
                begun_anew = _Cursor(await drive.begin(), "", is_first=at.is_first, is_settling=at.is_settling)
                await self._keep_place(store, begun_anew)

    async def _who_left(self, store: Store) -> list[str]:
        waiting = await self._database.reading(lambda s: kept_links.waiting_for(s.connection, store.name))
        return [one for one in sorted(waiting) if one and not self._is_active(one)]

    async def _from_where(self, look: _Look) -> _Cursor:
        """At another place everything begins anew, with nothing known of links."""
        store = look.store
        known = (await self._database.reading(lambda s: kept_links.stores(s.connection))).get(store.name)
        if known is not None and known.cursor and known.looked_where == store.place:
            try:
                return msgspec.json.decode(known.cursor, type=_Cursor)
            except msgspec.MsgspecError:  # of another Limen: so that nothing is missed
                return _Cursor(await look.drive.begin(), "")
        await self._database.writing(lambda t: kept_links.forget_links(t.connection, store.name))
        at = _Cursor(await look.drive.begin(), "", is_first=True, is_settling=True)
        await self._keep_place(store, at)
        return at

    async def _go_on(self, look: _Look, at: _Cursor) -> None:
        for _ in range(MOST_PAGES):
            begun, is_listing = self._now(), at.listing is not None
            page = await look.drive.page(at.begin if at.listing is None else at.listing)
            await self._see(look, page, at.sight)
            if is_listing:
                at.listing = None if page.is_last else page.cursor
                at.is_first = at.is_first and not page.is_last
            else:
                at.begin = page.cursor
                at.is_settling = at.is_settling and not page.is_last
            is_all = page.is_last and not is_listing
            await self._keep_place(look.store, at, begun if is_all else None)
            if is_all or not await look.goes_on():
                return

    async def _see(self, look: _Look, page: SharingPage, sight: Sight) -> None:
        for item in page.items:
            if sight.is_first and not item.is_shared:
                continue
            await self._considering.consider(look.drive, look.store, item, sight)
            await look.goes_on()
        await self._considering.are_gone(look.store, page.gone)

    async def _keep_place(self, store: Store, at: _Cursor, looked_at: Instant | None = None) -> None:
        written = msgspec.json.encode(at).decode()
        await self._database.writing(
            lambda t: kept_links.go_on(t.connection, store.name, store.place, written, looked_at)
        )


def _forget(store: str, t: Transaction) -> None:
    kept_links.forget_store(t.connection, store)
