"""One document that is shared: who is let at it that was not before, what the rules say of it, and what is done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from limen.clock import Instant
from limen.connectors.sharing import Scope, SharedItem, SharingDrive, SharingPermission
from limen.connectors.vendor_client import VendorError
from limen.data.inventory.model import Audience, Store, item_id
from limen.data.links import kept_links
from limen.data.links.giving import given_by
from limen.data.links.judging import KEEP_THEIR_END, Judging, link_of
from limen.data.links.looking import is_about_the_item, look_into
from limen.data.links.model import REMEMBERED_FOR, Given, KeptLink, LinkState, Why
from limen.data.links.taking_away import TakingAway, others_outside
from limen.storage import Database, Transaction

_GONE: Final = frozenset({404, 410})

GoesOn = Callable[[], Awaitable[bool]]
"""Says that a turn goes on, and whether there is time for more in it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """How something is looked at. `is_listing`: in going through everything. `is_first`: what is shared so stood before
    Limen looked. `is_settling`: what stood before is judged, as it changed since.
    """

    is_listing: bool = False
    is_first: bool = False
    is_settling: bool = False


@dataclass(frozen=True, slots=True)
class Considering:
    """`domains` are the company's own. `tell(transaction, link)` tells who made a link that it needs a reason."""

    database: Database
    now: Callable[[], Instant]
    judging: Judging
    taking: TakingAway
    domains: tuple[str, ...]
    tell: Callable[[Transaction, KeptLink], None]

    async def consider(self, drive: SharingDrive, store: Store, item: SharedItem, sight: Sight) -> None:
        """See who is let at it, and judge what is new of that. Raises VendorError."""
        known = await self._known(store, item)
        given = [] if sight.is_listing and not item.is_shared else await self._given(drive, store, item)
        await self._drop_ended(known, given)
        new = new_of(given, known, item, sight)
        if not new:
            return
        if sight.is_first:
            named = {one.permission for one in known}
            now = self.now()
            await self._keep([link_of(store, item, one, now) for one in new if one.permission not in named])
        else:
            await self._judge(drive, store, item, new, given, known)

    async def again(self, drive: SharingDrive, store: Store, goes_on: GoesOn) -> None:
        """Judge anew what somebody decided about, and what could not be judged. Raises VendorError."""
        links = await self.database.reading(lambda s: kept_links.to_judge_again(s.connection, store.name))
        for key in dict.fromkeys(one.key for one in links):
            if not await goes_on():
                return
            try:
                await self.consider(drive, store, await drive.item(key), Sight())
            except VendorError as error:
                if error.status not in _GONE:
                    raise
                await self.are_gone(store, [key])

    async def end_due(self, drive: SharingDrive, store: Store, left: Sequence[str], goes_on: GoesOn) -> None:
        """Take away what nobody gave a reason for in time, or can any more (`left`: who are not active), and try again
        what could not be taken away. Raises VendorError.
        """
        now = self.now()
        for one in await self.database.reading(lambda s: kept_links.due(s.connection, store.name, now, left)):
            await self._keep([await self.taking.take(drive, store, one, now)])
            if not await goes_on():
                return

    async def are_gone(self, store: Store, keys: Iterable[str]) -> None:
        gone = [item_id(key) for key in keys]
        if gone:
            await self.database.writing(lambda t: kept_links.gone(t.connection, store.name, gone))

    # Inside

    async def _known(self, store: Store, item: SharedItem) -> list[KeptLink]:
        of_it = item_id(item.key)
        return await self.database.reading(lambda s: kept_links.of_item(s.connection, store.name, of_it))

    async def _given(self, drive: SharingDrive, store: Store, item: SharedItem) -> list[Given]:
        """Where Limen may not see who is let at it, that counts as anybody, whom it can't take away."""
        try:
            permissions = await drive.permissions(item)
        except VendorError as error:
            if error.status in _GONE:
                return []
            if not is_about_the_item(error):
                raise
            permissions = (SharingPermission("", Scope.ANYONE, by=item.by, of_drive=True),)
        return given_by(item, permissions, (*store.inside, *self.domains))

    async def _drop_ended(self, known: Iterable[KeptLink], given: Iterable[Given]) -> None:
        """Forget links that somebody else ended; what Limen took away, warnings, and reasons are remembered."""
        there, now = {one.permission for one in given}, self.now()
        ended = [(one, once_ended(one, now)) for one in known if one.permission not in there]
        dropped = [one.id for one, left in ended if left is None]
        if dropped:
            await self.database.writing(lambda t: kept_links.remove(t.connection, dropped))
        await self._keep([left for one, left in ended if left is not None and left != one])

    async def _judge(
        self,
        drive: SharingDrive,
        store: Store,
        item: SharedItem,
        new: list[Given],
        given: list[Given],
        known: list[KeptLink],
    ) -> None:
        groups, now = self.judging.groups(store, item, new), self.now()
        if not self.judging.asks(groups):
            await self._keep([_as_it_is(store, item, one, known, now) for one in new])
            return
        try:
            inspected = await look_into(drive, self.judging.protection, item)
        except VendorError as error:
            if error.status in _GONE:
                return
            raise
        judged = await self.judging.judged(store, item, inspected, groups, known, now)
        strictest = [one for one in judged if one.why == Why.QUARANTINED]
        if strictest:
            there = {one.permission for one in judged}
            rest = [one for one in given if one.audience >= Audience.OUTSIDE and one.permission not in there]
            others = [_as_it_is(store, item, one, known, now) for one in rest]
            judged += others_outside(others, strictest[0].event, now)
        waited = {one.id for one in known if one.state is LinkState.WAITS}
        await self._keep(judged, [one for one in judged if one.id not in waited])
        for one in judged:
            if one.state is LinkState.STANDS:
                await self._keep([await self.taking.take(drive, store, one, now)])

    async def _keep(self, links: Sequence[KeptLink], told: Iterable[KeptLink] = ()) -> None:
        def work(t: Transaction) -> None:
            for one in links:
                kept_links.keep(t.connection, one)
            for one in told:
                if one.state is LinkState.WAITS:
                    self.tell(t, one)

        if links:
            await self.database.writing(work)


def new_of(given: Iterable[Given], known: Iterable[KeptLink], item: SharedItem, sight: Sight) -> list[Given]:
    """Those that were not judged, or whose document or circle is another since."""
    by_permission = {one.permission: one for one in known}

    def is_settled(one: Given) -> bool:
        kept = by_permission.get(one.permission)
        if kept is None or not kept.is_settled or (kept.state is LinkState.STOOD and sight.is_settling):
            return False
        return kept.version == item.version and kept.covers(one)

    return [one for one in given if not is_settled(one)]


def once_ended(link: KeptLink, now: Instant) -> KeptLink | None:
    """What is remembered of a link whose permission is no more. Whoever ends it after a warning, and makes it again
    then, has been warned.
    """
    if link.state in {LinkState.REMOVED, LinkState.JUSTIFIED}:
        return link if now < link.made_at + REMEMBERED_FOR else None
    if link.due_at and link.state in KEEP_THEIR_END:
        return replace(link, state=LinkState.REMOVED, why=Why.UNJUSTIFIED, made_at=now, due_at=0)
    return None


def _as_it_is(store: Store, item: SharedItem, given: Given, known: Iterable[KeptLink], now: Instant) -> KeptLink:
    """A link of which no rule asks."""
    before = next((one.id for one in known if one.permission == given.permission), "")
    return replace(link_of(store, item, given, now, id_=before), state=LinkState.PASSES)
