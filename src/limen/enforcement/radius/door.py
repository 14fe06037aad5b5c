"""The door of RADIUS: who may come into a VPN, a Wi-Fi or gear, until when, and what happens when that turns.

A device proves itself by its certificate (EAP-TLS). A person confirms in the portal; a password opens nothing. Whoever
is let in has a session that the NAS ends by itself at the decision's own end (Session-Timeout), whether Limen runs or
not. Where the decision turns before, the NAS is told to end it (RFC 5176).
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from limen.admission import network_of
from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.permit_end import end_of
from limen.enforcement.radius import store
from limen.enforcement.radius.client_secrets import is_secret_of
from limen.enforcement.radius.device_doors import DeviceDoors, session_of
from limen.enforcement.radius.disconnect import Disconnects, NotDisconnectedError
from limen.enforcement.radius.followers import Followers, Has
from limen.enforcement.radius.questions import Asker, Question, Questions
from limen.enforcement.radius.store import RadiusSession
from limen.enforcement.streams import STOPS, Stream, Streams
from limen.errors import LimenError
from limen.events import Event, Outcome
from limen.facts import App, Person, Session, SessionState
from limen.facts.addresses import normal
from limen.facts.radius_service import RADIUS_ACTIONS
from limen.messages import gettext_noop
from limen.opaque import new_id
from limen.pillar import Core
from limen.policy.decision import Request
from limen.rate_limit import RateLimit
from limen.ties import Certified

if TYPE_CHECKING:
    from limen.storage import Transaction

DOOR: Final = "radius"
LASTS: Final[Milliseconds] = 12 * HOUR
"""No session lasts longer, however long its decision stands."""
SHORTEST: Final[Milliseconds] = 5 * SECOND
WAITS_SECONDS: Final = 20.0
"""How long an answer to a challenge waits for the portal, before the challenge is repeated."""
WAITS_LONG_SECONDS: Final = 50.0
"""How long one waits who typed a number of their own: it can't be repeated."""
MOST_WAITING: Final = 40
"""Questions of people that wait at one moment: each is a thread of the RADIUS server."""
STRANGERS_WAIT: Final = 4
"""And of names that nobody has, which wait like others, so that a few tell nothing, and keep nobody from it."""
FRESH: Final[Milliseconds] = 5 * MINUTE
"""How long ago the passkey may have been used that confirms."""
SETTLED: Final[Milliseconds] = 40 * SECOND
"""How long after its beginning an OpenVPN server has to say that it has a session."""
AGAIN_SECONDS: Final = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""How long a NAS that did not end a session is left alone before it is told again; the last for each time after."""
_WITH_DEVICES: Final = frozenset({"wifi"})
_WITH_PEOPLE: Final = frozenset({"vpn", "gear"})
_NUMBER: Final = re.compile(r"[1-9][0-9]")
_log = logging.getLogger(__name__)


class Verdict(StrEnum):
    ACCEPT = "accept"
    ASK = "ask"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the NAS is told. On a permit the session, and for how long it lasts; on a question its number and state.

    `seconds` are the whole ones of `lasts`.
    """

    verdict: Verdict
    session: str = ""
    seconds: int = 0
    lasts: Milliseconds = 0
    vlan: str = ""
    privilege: int = 0
    is_gear: bool = False
    number: str = ""
    state: str = ""


REJECTED: Final = Reply(Verdict.REJECT)


class NothingAskedError(LimenError):
    def __init__(self) -> None:
        super().__init__(
            gettext_noop("Nothing waits for you to confirm"), gettext_noop("start again where you want to sign in")
        )


class WrongNumberError(LimenError):
    def __init__(self) -> None:
        super().__init__(
            gettext_noop("That is not the number that is shown there"),
            gettext_noop("wait 15 minutes, and start again where you sign in"),
        )


class RadiusDoor:
    """Answers RADIUS servers, and watches over who was let in. Used on the event loop alone."""

    def __init__(self, core: Core, disconnects: Disconnects) -> None:
        self._core = core
        self._known = core.known
        self._doors = core.offers.take(DecisionPoint)
        self._device_doors = DeviceDoors(core)
        self._disconnects = disconnects
        self.questions = Questions(core.clock)
        self.followers = Followers()
        self._streams = {True: Streams(self._device_doors), False: Streams(self._doors)}
        self._open: dict[str, RadiusSession] = {}
        self._stream_of: dict[str, Stream] = {}
        self._of_client = RateLimit(per_second=200, at_once=1_000)
        self._of_accounting = RateLimit(per_second=1, at_once=20)
        self._of_station = RateLimit(per_second=2, at_once=20)
        self._waiting = {True: 0, False: 0}
        self._ending: set[asyncio.Task[None]] = set()
        self._over: dict[str, RadiusSession] = {}
        self._telling: dict[str, asyncio.Task[None]] = {}
        self._goes_on: dict[str, asyncio.Event] = {}

    def open(self) -> list[RadiusSession]:
        """Who is in."""
        return list(self._open.values())

    # Devices

    async def device(self, asker: Asker, device_id: str, ends_at_seconds: int) -> Reply:
        """A device proved to the RADIUS server that it has the key of this certificate."""
        held = self._device_doors.tied.ties.certified_as(device_id, ends_at_seconds, self._core.clock.now())
        return await self._device(asker, held)

    async def certified(self, asker: Asker, fingerprint: bytes) -> Reply:
        """A device proved to OpenVPN that it has the key of the certificate with this SHA-256."""
        return await self._device(
            asker, self._device_doors.tied.ties.certified_with(fingerprint, self._core.clock.now())
        )

    async def _device(self, asker: Asker, held: Certified | None) -> Reply:
        app, now = self._app(asker, _WITH_DEVICES), self._core.clock.now()
        if app is None or not self._admits(asker, now):
            return self._refused("no-such-client" if app is None else "too-often", asker, app)
        if held is None:
            return self._refused("device-certificate-unknown", asker, app)
        session = session_of(held, now)
        answer = self._device_doors.decide_device(DOOR, app, session, "connect", "")
        return await self._let_in(app, session, answer, asker, "", is_tied=False)

    # People

    async def login(self, asker: Asker, password: str, state: str) -> Reply:
        """Somebody signs in with a name. What they type is a number of theirs, or nothing that counts."""
        app, now = self._app(asker, _WITH_PEOPLE), self._core.clock.now()
        if app is None or not self._admits(asker, now):
            return self._refused("no-such-client" if app is None else "too-often", asker, app)
        if state:
            question = self.questions.with_state(state, asker)
        else:
            question = self._asked(app, asker, password if _NUMBER.fullmatch(password) else "")
        if question is None:
            return self._refused("not-asked-now", asker, app)
        if not state and not question.is_theirs:
            return Reply(Verdict.ASK, number=question.number, state=question.state)
        return await self._waited(app, question)

    def _admits(self, asker: Asker, now: Instant) -> bool:
        """A station that asks all the time uses up what is its own."""
        return self._of_station.admits(f"{asker.client} {asker.calling}", now) and self._of_client.admits(
            asker.client, now
        )

    def _is_signed_in_at(self, person_id: str, address: str) -> bool:
        now = self._core.clock.now()
        return bool(address) and any(
            session.address == address and self._known.session_state(session, "", now) is SessionState.LIVE
            for session in self._known.issued_to(("person", person_id))
        )

    def _asked(self, app: App, asker: Asker, number: str) -> Question | None:
        person = self._person(asker.user)
        is_second = person is not None and self.questions.of(person.id) is not None
        is_familiar = person is not None and self._is_signed_in_at(person.id, _place(asker))
        person_id = person.id if person is not None else ""
        question = self.questions.ask(asker, person_id, app.id, number, is_familiar=is_familiar)
        if person is not None and (is_second or question is not None):
            kind = "radius.asked_twice" if is_second else "radius.asked"
            self._core.journal.record(self._event(kind, person.id, app.id, asker))
        return question

    async def _waited(self, app: App, question: Question) -> Reply:
        """What came of it, once it is known; the question again where nothing has by then."""
        seconds = WAITS_LONG_SECONDS if question.is_theirs else WAITS_SECONDS
        is_stranger = not question.person_id
        if self._waiting[is_stranger] < (STRANGERS_WAIT if is_stranger else MOST_WAITING):
            self._waiting[is_stranger] += 1
            try:
                async with asyncio.timeout(seconds):
                    await question.done.wait()
            except TimeoutError:
                pass
            finally:
                self._waiting[is_stranger] -= 1
        answer = question.answer
        if not question.done.is_set() and not question.is_theirs:
            return Reply(Verdict.ASK, number=question.number, state=question.state)
        self.questions.close(question)
        if answer is None or answer.session is None or not answer.permitted or question.is_refused:
            return self._refused("not-confirmed", question.asker, app)
        question.answer = None  # it lets in once, whoever else waits for it
        return await self._let_in(
            app, answer.session, answer, question.asker, _place(question.asker), is_tied=question.is_tied
        )

    def confirm(self, person: Person, session: Session, number: str, address: str, *, is_tied: bool) -> Answer:
        """Somebody says in the portal that it is they who sign in. Raises NothingAskedError, WrongNumberError.

        The caller has seen that the passkey is fresh. A number that is wrong ends the question.
        """
        question = self.questions.of(person.id)
        app = self._known.apps.get(question.app) if question is not None else None
        if question is None or app is None or app.radius is None:
            raise NothingAskedError
        if not self.questions.is_number(question, number):
            self.questions.refuse(question)
            self._core.journal.record(self._event("radius.number_wrong", person.id, app.id, question.asker, session))
            raise WrongNumberError
        (action,) = RADIUS_ACTIONS[app.radius.kind]
        where = _place(question.asker) or address
        if not self.is_here(question, address):  # somebody rang up: another's device connects than confirms
            session, is_tied = replace(session, device_id="", binding=0, bound_until=0), False
        answer = self._doors.decide_session(DOOR, app, session, Request(action), where)
        if answer.permitted:
            self.questions.permit(question, answer, is_tied=is_tied)
        return answer

    def is_here(self, question: Question, address: str) -> bool:
        """Whether what connects may be the device at this address, where somebody confirms: then its facts count."""
        app = self._known.apps.get(question.app)
        if app is None or app.radius is None:
            return False
        place = self.place_of(question)
        is_compared = app.radius.kind == "vpn" and app.radius.same_address
        return not is_compared or (bool(place) and network_of(place) == network_of(address))

    def place_of(self, question: Question) -> str:
        """The address of what connects, where the NAS tells it; else ""."""
        return _place(question.asker)

    def not_me(self, person: Person, session: Session) -> None:
        """Somebody says that they did not sign in. Raises NothingAskedError."""
        question = self.questions.of(person.id)
        if question is None:
            raise NothingAskedError
        self.questions.refuse(question)
        self._core.journal.record(self._event("radius.not_me", person.id, question.app, question.asker, session))

    # Letting in

    async def _let_in(
        self, app: App, session: Session, answer: Answer, asker: Asker, address: str, *, is_tied: bool
    ) -> Reply:
        """Whoever confirmed was on their own device, where they were tied to it: what policies read of it goes on."""
        now, radius = self._core.clock.now(), app.radius
        until = end_of(self._core.engine(), answer, min(session.expires_at, now + LASTS)) if answer.permitted else 0
        if radius is None or until < now + SHORTEST or answer.route is None:
            return self._refused(answer.word or "too-short", asker, app)
        one = RadiusSession(
            id=new_id(store.FOLLOWED if asker.follows else "r"),
            app=app.id,
            action=answer.route.request.action,
            person_id=session.person_id,
            session_id="" if session.id.startswith("device-") else session.id,
            device_id=session.device_id,
            address=address,
            client=asker.client,
            nas=asker.nas,
            calling=asker.calling,
            user_name=asker.user,
            decision=answer.id,
            began_at=now,
            until=until,
        )
        await self._keep(one)
        self._watch(one, msgspec.structs.replace(answer, tied_until=until if is_tied else 0))
        if one.id not in self._open:  # the decision turned while it was being kept
            return REJECTED
        return Reply(
            Verdict.ACCEPT,
            session=one.id,
            seconds=(until - now) // SECOND,
            lasts=until - now,
            vlan=radius.vlan,
            privilege=radius.privilege,
            is_gear=radius.kind == "gear",
        )

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
            transaction.say(event)

        await self._core.write(write)

    # While somebody is in

    async def start(self) -> None:
        """Watch over who was let in before the server started. What is not permitted any more ends now."""
        now = self._core.clock.now()
        for one in await self._core.database.reading(lambda snapshot: store.sessions(snapshot.connection)):
            app = self._known.apps.get(one.app)
            session = self._known.issued(one.session_id) if one.session_id else self._of_device(one, now)
            if one.until <= now:
                continue
            if one.ending_at:
                self._tell(one)
                continue
            self._open[one.id] = one
            if app is None or session is None:
                self._end(one, "session-revoked")
            elif one.session_id:
                request = Request(one.action)
                self._watch(one, self._doors.decide_session(DOOR, app, session, request, one.address))
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
            try:
                async with asyncio.timeout(AGAIN_SECONDS[min(tries, len(AGAIN_SECONDS) - 1)]):
                    await goes_on.wait()
            except TimeoutError:
                pass
            tries += 1

    def _not_ended(self, one: RadiusSession, why: str, *, is_first: bool) -> None:
        """It is journaled once; that the NAS is told again is not."""
        if is_first:
            asker = Asker(one.user_name, one.client, one.nas, one.calling)
            failed = self._event("radius.disconnect_failed", one.person_id, one.app, asker)
            self._core.journal.record(msgspec.structs.replace(failed, reason=why))

    async def _is_over(self, one: RadiusSession) -> None:
        """The NAS has said so. Where that can't be kept it is told again at the next start, which changes nothing."""
        self._over.pop(one.id, None)
        self._goes_on.pop(one.id, None)
        await asyncio.gather(*self._ending)  # whose row it is may not be written yet
        try:
            await self._core.write(lambda transaction: store.drop_session(transaction.connection, one.id))
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
                transaction.say(event)

        try:
            await self._core.write(write)
        except LimenError as error:  # at the next start it is decided again
            _log.warning("the end of a network session could not be kept: %s", error)

    # Accounting

    async def accounted(self, asker: Asker, session_id: str, status: str, own_name: str) -> None:
        """What a NAS says of a session that it was given: that it began, goes on, or is over. Of another's: nothing."""
        one = self._accounted(asker, session_id, own_name)
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
        session = self._known.issued(one.session_id) if one.session_id else None
        if session is not None:
            self._known.used(session, self._core.clock.now())
        if own_name and own_name != one.accounted:
            self._open[one.id] = named = replace(one, accounted=own_name)
            await self._core.write(lambda t: store.set_accounted(t.connection, named.id, named.accounted))

    async def _accounted_after_its_end(self, one: RadiusSession, status: str, own_name: str) -> None:
        """A session that ended here goes on there: the NAS is told again, now that it is heard of."""
        if status == "Stop":
            await self._is_over(one)
            return
        self._over[one.id] = replace(one, accounted=own_name or one.accounted)
        self._goes_on[one.id].set()

    def _accounted(self, asker: Asker, session_id: str, own_name: str) -> RadiusSession | None:
        """The session of this client that it means. One that does not send back its Class (RFC 2865 section 5.25) means
        the one that the station has which it names, where it has no other.
        """
        if session_id:
            one = self._open.get(session_id) or self._over.get(session_id)
            return one if one is not None and one.client == asker.client else None
        found = [
            one
            for one in (*self._open.values(), *self._over.values())
            if (one.client, one.nas, one.calling) == (asker.client, asker.nas, asker.calling)
            and one.accounted in {"", own_name}
        ]
        return found[0] if len(found) == 1 and asker.calling else None

    # OpenVPN servers, which follow

    async def is_server(self, client: str, secret: str) -> bool:
        """Whether whoever asks is the client with this network."""
        return await is_secret_of(self._core, client, secret)

    async def followed(self, client: str, name: str, has: Has) -> list[str]:
        """What a server says of its sessions, and the ids of those that it has to end: as soon as there is one.

        A session that is not known here has to end there. One of which the server says nothing is over there.
        """
        for session_id in has.over:
            self.followers.acknowledge(client, name, session_id)
            await self._over_there(client, name, session_id)
        now, known = self._core.clock.now(), {one.id for one in self._of_server(client, name)}
        for one in self._of_server(client, name):
            if one.id not in has.open and one.id in self._open and one.began_at < now - SETTLED:
                await self._over_there(client, name, one.id)
            elif one.id in has.open and one.id in self._open and one.session_id:
                session = self._known.issued(one.session_id)
                if session is not None:
                    self._known.used(session, now)
        unknown = sorted(has.open - known)
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
        """Forget what is over."""
        now = self._core.clock.now()
        for one in self.open():
            if one.until <= now:
                self._leave(one)
                self._open.pop(one.id, None)
        for one in [one for one in self._over.values() if one.until <= now]:
            del self._over[one.id], self._goes_on[one.id]
            self.followers.forget(one)
        await self._core.write(lambda transaction: store.drop_old(transaction.connection, now))

    async def close(self) -> None:
        """Limen stops: what is open goes on until its own end."""
        for streams in self._streams.values():
            streams.close()
        telling = [*self._telling.values()]
        for task in telling:
            task.cancel()  # what is not over there is told at the next start
        await asyncio.gather(*telling, return_exceptions=True)
        await asyncio.gather(*self._ending, return_exceptions=True)

    # Who asks

    def _app(self, asker: Asker, kinds: frozenset[str]) -> App | None:
        """The one app that this client asks for; None where there is none, or more than one."""
        found = list(_apps_of(self._known.apps.values(), asker, kinds))
        return found[0] if len(found) == 1 else None

    def _person(self, user: str) -> Person | None:
        wanted = user.casefold()
        named = [one for one in self._known.people.values() if one.email.casefold() == wanted and one.active]
        return named[0] if wanted and len(named) == 1 else None

    def _refused(self, word: str, asker: Asker, app: App | None) -> Reply:
        about = app.id if app is not None else ""
        self._doors.tell("radius.refused", word, door=DOOR, address="", detail=asker.client, app=about)
        return REJECTED

    def _event(self, kind: str, person_id: str, app: str, asker: Asker, session: Session | None = None) -> Event:
        return Event(
            at=self._core.clock.now(),
            kind=kind,
            outcome=Outcome.SUCCESS if kind == "radius.asked" else Outcome.FAILURE,
            actor=person_id,
            subject=person_id,
            session=session.id if session is not None else "",
            address=_place(asker),
            details={"app": app, "client": asker.client, "calling": asker.calling},
        )


def _apps_of(apps: Iterable[App], asker: Asker, kinds: frozenset[str]) -> Iterable[App]:
    return (
        app
        for app in apps
        if app.radius is not None
        and app.radius.kind in kinds
        and app.radius.openvpn is asker.follows
        and asker.client in app.radius.networks
    )


def _place(asker: Asker) -> str:
    """The address of whoever called, where the NAS tells it as one (strongSwan adds a port in brackets); else ""."""
    return normal(asker.calling.partition("[")[0])
