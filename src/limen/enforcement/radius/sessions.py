"""Network sessions from the moment somebody is let in to their end, and what a NAS says of them meanwhile.

The NAS ends each by itself at its own end (Session-Timeout), whether Limen runs or not. Where the decision turns
before, it is told to (RFC 5176), until it has.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from limen.clock import APART, SECOND, Instant, Milliseconds
from limen.enforcement.decision_point import Answer
from limen.enforcement.leased import Leased
from limen.enforcement.radius import store
from limen.enforcement.radius.device_doors import DeviceDoors, session_of
from limen.enforcement.radius.disconnect import Disconnects, NotDisconnectedError
from limen.enforcement.radius.followers import Followers, Has
from limen.enforcement.radius.person_doors import PersonDoors
from limen.enforcement.radius.questions import Asker
from limen.enforcement.radius.store import RadiusSession
from limen.enforcement.streams import STOPS, Stream, Streams
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import Session
from limen.pillar import Core
from limen.policy.decision import Named
from limen.rate_limit import RateLimit

if TYPE_CHECKING:
    from limen.storage import Transaction

DOOR: Final = "radius"
AGAIN_SECONDS: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""How long a NAS that did not end a session is left alone before it is told again; the last for each time after."""
ELSEWHERE_SECONDS: Final = 5.0
"""How long the worker that let somebody in has to put them out; then any other does."""
SETTLED: Final[Milliseconds] = 40 * SECOND
"""How long after its beginning an OpenVPN server has to say that it has a session."""
_log = logging.getLogger(__name__)


class RadiusSessions:
    """Watches over who was let in. Used on the event loop alone."""

    def __init__(self, core: Core, device_doors: DeviceDoors, disconnects: Disconnects) -> None:
        self._core = core
        self._known = core.known
        self.person_doors = PersonDoors(core)
        self._device_doors = device_doors
        self._disconnects = disconnects
        self._secrets = disconnects.secrets
        self.followers = Followers()
        self._streams = {True: Streams(device_doors), False: Streams(self.person_doors)}
        self._open: dict[str, RadiusSession] = {}
        self._stream_of: dict[str, Stream] = {}
        self._of_accounting = RateLimit(per_second=1, at_once=20)
        self._ending: set[asyncio.Task[None]] = set()
        self._over: dict[str, RadiusSession] = {}
        self._being_kept: set[str] = set()
        self._elsewhere: set[str] = set()
        self._leased = Leased(core)
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._goes_on: dict[str, asyncio.Event] = {}

    def open(self) -> list[RadiusSession]:
        """Who is in."""
        now = self._core.clock.now()
        return [one for one in self._open.values() if one.until > now]

    def ending(self) -> list[RadiusSession]:
        """Whose sessions are over here, and nobody has said yet that they are over there."""
        return list(self._over.values())

    def count(self, app: str, session: Session) -> int:
        """How many this sign-in, or this device by its certificate, has in an app, with those that are to end."""
        mine = (app, sign_in_of(session) or session.device_id)
        every = (*self.open(), *self._over.values())
        return sum(mine == (one.app, one.session_id or one.device_id) for one in every)

    async def begin(self, one: RadiusSession, answer: Answer) -> bool:
        """Keep a session, and watch over it from now on; False where the decision turned meanwhile."""
        self._being_kept.add(one.id)
        try:
            await self._keep(one)
            self._watch(one, answer)
        finally:
            self._being_kept.discard(one.id)
        return one.id in self._open

    async def _keep(self, one: RadiusSession) -> None:
        details: dict[str, str | int | bool] = {
            "app": one.app,
            "client": one.client,
            "calling": one.calling,
            "decision": one.decision,
            "until": one.until,
        }
        event = Event(
            at=one.began_at,
            kind="radius.session_began",
            actor=one.person_id,
            subject=one.person_id,
            session=one.session_id,
            device=one.device_id,
            address=one.address,
            details=details,
        )

        def write(transaction: Transaction) -> None:
            store.add_session(transaction.connection, one)
            transaction.changed(store.SESSION_CHANGED, one.id)
            transaction.say(event)

        await self._core.write(write)

    # While somebody is in

    async def start(self) -> None:
        """Watch over who was let in before the server started. What is not permitted any more ends now."""
        now = self._core.clock.now()
        await self._secrets.look()
        for one in await self._core.database.reading(lambda snapshot: store.sessions(snapshot.connection)):
            if one.until <= now:
                continue
            if one.ending_at:
                self._tell(one)
                continue
            self._open[one.id] = one
            self._take_up(one)

    def heard(self, session_id: str, found: RadiusSession | None) -> None:
        """Another worker let somebody in, or put them out; None where that is over there, too. Each watches over all: a
        NAS that follows asks any of them, and one that has ended puts nobody out.
        """
        if session_id in self._being_kept:
            return
        if found is None:
            self._forget(session_id)
        elif found.ending_at:
            if (mine := self._open.pop(session_id, None)) is not None:
                self._leave(mine)
            if session_id not in self._over:
                self._elsewhere.add(session_id)
                self._tell(found)
        elif session_id in self._open:
            self._open[session_id] = found
        elif session_id not in self._over:
            self._elsewhere.add(session_id)
            self._open[session_id] = found
            self._leased.do(partial(self._take_up_if_open, session_id))

    def _forget(self, session_id: str) -> None:
        self._elsewhere.discard(session_id)
        if (one := self._open.pop(session_id, None)) is not None:
            self._leave(one)
        if (over := self._over.pop(session_id, None)) is not None:
            self._goes_on.pop(session_id).set()
            self.followers.forget(over)

    def _take_up_if_open(self, session_id: str) -> None:
        if (one := self._open.get(session_id)) is not None:
            self._take_up(one)

    def _take_up(self, one: RadiusSession) -> None:
        """Watch over somebody who was let in before, or elsewhere."""
        try:
            self._decide_again(one)
        except Exception:  # noqa: BLE001 -- whatever went wrong, the answer is no; and the change feed goes on
            _log.exception("a network session can't be decided again, and ends")
            self._end(one, Named.POLICY_ERROR)

    def _decide_again(self, one: RadiusSession) -> None:
        now, app = self._core.clock.now(), self._known.apps.get(one.app)
        session = self._known.issued(one.session_id) if one.session_id else self._of_device(one, now)
        if app is None or session is None:
            self._end(one, "session-revoked")
        elif one.session_id:
            tied_until = one.until if one.device_id else 0
            about = (app, session, one.action, one.address, tied_until)
            self._watch(one, self.person_doors.decide_again(DOOR, *about))
        else:
            self._watch(one, self._device_doors.decide_device(DOOR, app, session, one.action, ""))

    def _of_device(self, one: RadiusSession, now: Instant) -> Session | None:
        held = [
            held
            for held in self._device_doors.tied.ties.certificates_of(one.device_id)
            if held.until >= one.until and held.until > now
        ]
        return session_of(held[0], now) if held else None

    def _watch(self, one: RadiusSession, answer: Answer) -> None:
        self._open[one.id] = one
        stream = Stream(answer, one.address, DOOR, lambda why: self._end(self._open.get(one.id, one), why))
        self._stream_of[one.id] = stream
        self._streams[not one.session_id].add(stream)

    def _end(self, one: RadiusSession, why: str) -> None:
        """Have the NAS end it. Where Limen stops, each NAS goes on by itself, and ends each at its own end."""
        self._leave(one)
        if why == Named.LEASE_EXPIRED and one.id in self._elsewhere:
            self._leased.do(partial(self._take_up_if_open, one.id))
            return
        if self._open.pop(one.id, None) is None or why == STOPS:
            return
        self._tell(one)  # first, and the database after: the one must not wait for the other
        task = asyncio.create_task(self._ended(one, why, is_kept=True))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    def _tell(self, one: RadiusSession) -> None:
        """Tell the NAS until it has ended the session, however often a packet is lost or the NAS is away."""
        self._over[one.id], self._goes_on[one.id] = one, asyncio.Event()
        self._telling[one.id] = task = asyncio.create_task(self._told(one))
        task.add_done_callback(lambda _done: self._telling.pop(one.id, None))

    async def _told(self, one: RadiusSession) -> None:
        goes_on, tries = self._goes_on[one.id], 0
        if one.id in self._elsewhere and not one.is_followed:
            await self._waited(goes_on, ELSEWHERE_SECONDS)
        while one.id in self._over and self._core.clock.now() < one.until:
            goes_on.clear()
            try:
                await (self.followers if one.is_followed else self._disconnects).end(self._over[one.id])
            except (LimenError, OSError, ValueError) as error:
                why = error.why if isinstance(error, NotDisconnectedError) else "failed"
                self._not_ended(one, why, is_first=tries == 0)
            else:
                await self._is_over(one)
                return
            await self._waited(goes_on, AGAIN_SECONDS[min(tries, len(AGAIN_SECONDS) - 1)])
            tries += 1

    async def _waited(self, goes_on: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await goes_on.wait()

    def _not_ended(self, one: RadiusSession, why: str, *, is_first: bool) -> None:
        """It is journaled once; that the NAS is told again is not."""
        if is_first:
            asker = Asker(one.user_name, one.client, one.nas, one.calling)
            failed = event_of("radius.disconnect_failed", one.person_id, one.app, asker, self._core.clock.now())
            self._core.journal.record(msgspec.structs.replace(failed, reason=why))

    async def _is_over(self, one: RadiusSession) -> None:
        """The NAS has said so. Where that can't be kept it is told again at the next start, which changes nothing."""
        self._over.pop(one.id, None)
        self._goes_on.pop(one.id, None)
        self._elsewhere.discard(one.id)
        await asyncio.gather(*self._ending)  # whose row it is may not be written yet

        def write(transaction: Transaction) -> None:
            if store.drop_session(transaction.connection, one.id):
                transaction.changed(store.SESSION_CHANGED, one.id)

        try:
            await self._core.write(write)
        except LimenError as error:
            _log.warning("that a network session is over could not be kept: %s", error)

    def _leave(self, one: RadiusSession) -> None:
        stream = self._stream_of.pop(one.id, None)
        if stream is not None:
            self._streams[not one.session_id].remove(stream)

    async def _ended(self, one: RadiusSession, why: str, *, is_kept: bool) -> None:
        """Keep that it ended, and with `is_kept` the session too, for as long as the NAS has to be told."""
        now = self._core.clock.now()
        event = Event(
            at=now,
            kind="radius.session_ended",
            subject=one.person_id,
            session=one.session_id,
            device=one.device_id,
            reason=why,
            details={"app": one.app, "client": one.client, "why": why},
        )

        def write(transaction: Transaction) -> None:
            connection = transaction.connection
            if store.set_ending(connection, one.id, now) if is_kept else store.drop_session(connection, one.id):
                transaction.changed(store.SESSION_CHANGED, one.id)
                transaction.say(event)

        try:
            await self._core.write(write)
        except LimenError as error:  # at the next start it is decided again
            _log.warning("the end of a network session could not be kept: %s", error)

    # Accounting

    async def accounted(self, asker: Asker, session_id: str, status: str, own_name: str) -> None:
        """What a NAS says of a session that it was given: that it began, goes on, or is over. Of another's: nothing.

        That it goes on is no use of the sign-in behind it: a laptop that somebody has left open says so all night.
        """
        one = self._accounted(asker, session_id, own_name, is_over=status == "Stop")
        if one is None or not self._of_accounting.admits(one.id, self._core.clock.now()):
            return
        if one.id in self._over:
            await self._accounted_after_its_end(one, status, own_name)
            return
        if status == "Stop":
            self._leave(one)
            self._open.pop(one.id, None)
            await self._ended(one, "stopped", is_kept=False)
            return
        if own_name and own_name != one.accounted:
            self._open[one.id] = named = replace(one, accounted=own_name)

            def write(transaction: Transaction) -> None:
                store.set_accounted(transaction.connection, named.id, named.accounted)
                transaction.changed(store.SESSION_CHANGED, named.id)

            await self._core.write(write)

    async def _accounted_after_its_end(self, one: RadiusSession, status: str, own_name: str) -> None:
        """A session that ended here goes on there: the NAS is told again, now that it is heard of."""
        if status == "Stop":
            await self._is_over(one)
            return
        self._over[one.id] = replace(one, accounted=own_name or one.accounted)
        self._goes_on[one.id].set()

    def _accounted(self, asker: Asker, session_id: str, own_name: str, *, is_over: bool) -> RadiusSession | None:
        """The session of this client that it means. One that does not send back its Class (RFC 2865 section 5.25) means
        the one that the station has which it names, where it has no other. That one is over only by the name that it
        began with: the end of the session before, sent again, would have nobody watch over this one.
        """
        if session_id:
            one = self._open.get(session_id) or self._over.get(session_id)
            return one if one is not None and one.client == asker.client else None
        found = [
            one
            for one in (*self._open.values(), *self._over.values())
            if (one.client, one.nas, one.calling) == (asker.client, asker.nas, asker.calling)
            and one.accounted in ({own_name} if is_over else {"", own_name})
        ]
        return found[0] if len(found) == 1 and asker.calling and own_name else None

    # OpenVPN servers, which follow

    async def followed(self, client: str, name: str, has: Has) -> list[str]:
        """What a server says of its sessions, and the ids of those that it has to end: as soon as there is one.

        A session that is not known here has to end there. One of which the server says nothing is over there.
        """
        for session_id in has.over:
            self.followers.acknowledge(client, name, session_id)
            await self._over_there(client, name, session_id)
        theirs, now = self._of_server(client, name), self._core.clock.now()
        for one in theirs:
            if one.id not in has.open and one.began_at < now - SETTLED:
                await self._over_there(client, name, one.id)
        unknown = sorted(has.open - {one.id for one in theirs})
        return unknown or await self.followers.next(client, name)

    def _of_server(self, client: str, name: str) -> list[RadiusSession]:
        found = (*self._open.values(), *self._over.values())
        return [one for one in found if one.is_followed and (one.client, one.nas) == (client, name)]

    async def _over_there(self, client: str, name: str, session_id: str) -> None:
        one = self._open.get(session_id)
        if one is not None and one.is_followed and (one.client, one.nas) == (client, name):
            self._leave(one)
            del self._open[one.id]
            await self._ended(one, "stopped", is_kept=False)

    async def keep_up(self) -> None:
        """Forget what is over, and know the secrets by which who is in can be put out."""
        now = self._core.clock.now()
        for one in [one for one in self._open.values() if one.until <= now - APART]:
            self._leave(one)
            del self._open[one.id]
        for one in [one for one in self._over.values() if one.until <= now]:
            del self._over[one.id], self._goes_on[one.id]
            self.followers.forget(one)
        await self._core.write(lambda transaction: store.drop_old(transaction.connection, now - APART))
        await self._secrets.look()

    async def close(self) -> None:
        """Limen stops: what is open goes on until its own end."""
        self._leased.close()
        for streams in self._streams.values():
            streams.close()
        telling = [*self._telling.values()]
        for task in telling:
            task.cancel()  # what is not over there is told at the next start
        await asyncio.gather(*telling, return_exceptions=True)
        await asyncio.gather(*self._ending, return_exceptions=True)


def sign_in_of(session: Session) -> str:
    """The sign-in that what is let in hangs on; "" where a device's certificate lets it in."""
    return "" if session.id.startswith("device-") else session.id


def event_of(kind: str, person_id: str, app: str, asker: Asker, now: Instant, session: Session | None = None) -> Event:
    """What happened to somebody who asks by RADIUS, or to who was let in."""
    return Event(
        at=now,
        kind=kind,
        outcome=Outcome.SUCCESS if kind == "radius.asked" else Outcome.FAILURE,
        actor=person_id,
        subject=person_id,
        session=session.id if session is not None else "",
        address=asker.place,
        details={"app": app, "client": asker.client, "calling": asker.calling},
    )
