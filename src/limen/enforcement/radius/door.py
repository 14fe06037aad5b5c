"""The door of RADIUS: who may come into a VPN, a Wi-Fi or gear, and until when.

A device proves itself by its certificate (EAP-TLS). A person confirms in the portal; a password opens nothing. Whoever
is let in has a session (`sessions.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

import msgspec

from limen.admission import network_of
from limen.clock import HOUR, MINUTE, SECOND, Instant, Milliseconds
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.radius import store
from limen.enforcement.radius.device_doors import DeviceDoors, session_of
from limen.enforcement.radius.disconnect import Disconnects
from limen.enforcement.radius.questions import Asker, Confirmed, Question, Questions
from limen.enforcement.radius.sessions import DOOR, RadiusSessions, event_of, sign_in_of
from limen.enforcement.radius.store import RadiusSession
from limen.errors import LimenError
from limen.facts import App, Person, Session, SessionState
from limen.facts.addresses import normal
from limen.facts.radius_service import RADIUS_ACTIONS
from limen.messages import gettext_noop
from limen.opaque import new_id
from limen.pillar import Core
from limen.policy.decision import Request
from limen.rate_limit import RateLimit
from limen.ties import Certified

LASTS: Final[Milliseconds] = 12 * HOUR
"""No session lasts longer, however long its decision stands."""
SHORTEST: Final[Milliseconds] = 5 * SECOND
MOST_OF_ONE: Final = 250
"""Sessions that one device, or one sign-in, has at a time in one app: a laptop has as many addresses as it likes."""
WAITS_SECONDS: Final = 20.0
"""How long an answer to a challenge waits for the portal, before the challenge is repeated."""
WAITS_LONG_SECONDS: Final = 50.0
"""How long one waits who typed a number of their own: it can't be repeated."""
MOST_WAITING: Final = 40
"""Questions of people that wait at one moment: each is a thread of the RADIUS server."""
STRANGERS_WAIT: Final = 4
"""And of names that nobody has, which wait like others, so that a few tell nothing, and keep nobody from it."""
STRANGERS_ASK: Final = 20
"""How many questions of such names are written down at one moment: what everybody's sign-ins need is behind them."""
FRESH: Final[Milliseconds] = 5 * MINUTE
"""How long ago the passkey may have been used that confirms."""
_WITH_DEVICES: Final = frozenset({"wifi"})
_WITH_PEOPLE: Final = frozenset({"vpn", "gear"})
_NUMBER: Final = re.compile(r"[1-9][0-9]")


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
    """Answers RADIUS servers. `sessions` are those of who was let in. Used on the event loop alone."""

    def __init__(self, core: Core, disconnects: Disconnects) -> None:
        self._core = core
        self._known = core.known
        self._doors = core.offers.take(DecisionPoint)
        self._device_doors = DeviceDoors(core)
        self._secrets = disconnects.secrets
        self.sessions = RadiusSessions(core, self._device_doors, disconnects)
        self.questions = Questions(core.database.kept_briefly)
        self._of_client = RateLimit(per_second=200, at_once=1_000)
        self._of_station = RateLimit(per_second=2, at_once=20)
        self._waiting = {True: 0, False: 0}
        self._strangers_asking = 0

    async def is_server(self, client: str, secret: str) -> bool:
        """Whether whoever asks is the OpenVPN server with this network."""
        return await self._secrets.has(client, secret)

    # Devices

    async def device(self, asker: Asker, device_id: str, ends_at_seconds: int) -> Reply:
        """A device proved to the RADIUS server that it has the key of this certificate."""
        held = self._device_doors.tied.ties.certified_as(device_id, ends_at_seconds, self._core.clock.now())
        return await self._device(asker, held)

    async def certified(self, asker: Asker, fingerprint: bytes) -> Reply:
        """A device proved to OpenVPN that it has the key of the certificate with this SHA-256."""
        held = self._device_doors.tied.ties.certified_with(fingerprint, self._core.clock.now())
        return await self._device(asker, held)

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
            question = await self.questions.with_state(state, asker)
        else:
            question = await self._asked(app, asker, password if _NUMBER.fullmatch(password) else "")
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

    async def _asked(self, app: App, asker: Asker, number: str) -> Question | None:
        person = self._person(asker.user)
        is_second = person is not None and await self.questions.of(person.id) is not None
        is_familiar = person is not None and self._is_signed_in_at(person.id, asker.place)
        person_id = person.id if person is not None else ""
        if person is None and self._strangers_asking >= STRANGERS_ASK:
            return None
        self._strangers_asking += person is None
        try:
            question = await self.questions.ask(asker, person_id, app.id, number, is_familiar=is_familiar)
        finally:
            self._strangers_asking -= person is None
        if person is not None and (is_second or question is not None):
            kind = "radius.asked_twice" if is_second else "radius.asked"
            self._say(kind, person.id, app.id, asker)
        return question

    async def _waited(self, app: App, question: Question) -> Reply:
        """What came of it, once it is known; the question again where nothing has by then."""
        seconds = WAITS_LONG_SECONDS if question.is_theirs else WAITS_SECONDS
        is_stranger = not question.person_id
        has_room = self._waiting[is_stranger] < (STRANGERS_WAIT if is_stranger else MOST_WAITING)
        self._waiting[is_stranger] += has_room
        try:
            now = await self.questions.waited(question, seconds if has_room else 0)
        finally:
            self._waiting[is_stranger] -= has_room
        if now is not None and not now.outcome and not question.is_theirs:
            return Reply(Verdict.ASK, number=question.number, state=question.state)
        ended = await self.questions.close(question)  # it lets in once, whoever else waits for it
        confirmed = ended.confirmed if ended is not None else None
        session = self._known.sessions.get(confirmed.session) if confirmed is not None else None
        if confirmed is None or session is None or app.radius is None:
            return self._refused("not-confirmed", question.asker, app)
        answer = self._decided(app, session, confirmed)
        if answer.session is None or not answer.permitted:
            return self._refused("not-confirmed", question.asker, app)
        return await self._let_in(
            app, answer.session, answer, question.asker, question.asker.place, is_tied=confirmed.is_tied
        )

    def _decided(self, app: App, session: Session, confirmed: Confirmed) -> Answer:
        """Whether this sign-in is let in, now and as it was confirmed."""
        assert app.radius is not None  # noqa: S101 -- whoever asks has looked
        (action,) = RADIUS_ACTIONS[app.radius.kind]
        if not confirmed.is_here:  # somebody rang up: another's device connects than confirms
            session = replace(session, device_id="", binding=0, bound_until=0)
        return self._doors.decide_session(DOOR, app, session, Request(action), confirmed.address)

    async def confirm(self, person: Person, session: Session, number: str, address: str, *, is_tied: bool) -> Answer:
        """Somebody says in the portal that it is they who sign in. Raises NothingAskedError, WrongNumberError.

        The caller has seen that the passkey is fresh. A number that is wrong ends the question. It is decided here for
        whoever confirms, and once more where they are let in.
        """
        question = await self.questions.of(person.id)
        app = self._known.apps.get(question.app) if question is not None else None
        if question is None or app is None or app.radius is None:
            raise NothingAskedError
        if not self.questions.is_number(question, number):
            await self.questions.refuse(question)
            self._say("radius.number_wrong", person.id, app.id, question.asker, session)
            raise WrongNumberError
        is_here = self.is_here(question, address)
        where = question.asker.place or address
        confirmed = Confirmed(session.id, where, is_here=is_here, is_tied=is_tied and is_here)
        answer = self._decided(app, session, confirmed)
        if answer.permitted and not await self.questions.permit(question, confirmed):
            raise NothingAskedError
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
        return question.asker.place

    async def not_me(self, person: Person, session: Session) -> None:
        """Somebody says that they did not sign in. Raises NothingAskedError."""
        question = await self.questions.of(person.id)
        if question is None:
            raise NothingAskedError
        await self.questions.refuse(question)
        self._say("radius.not_me", person.id, question.app, question.asker, session)

    # Letting in

    async def _let_in(
        self, app: App, session: Session, answer: Answer, asker: Asker, address: str, *, is_tied: bool
    ) -> Reply:
        """Whoever confirmed was on their own device, where they were tied to it: what policies read of it goes on."""
        now, radius = self._core.clock.now(), app.radius
        latest = min(session.expires_at, now + LASTS)
        until = self.sessions.person_doors.end_of(answer, latest, is_tied=is_tied) if answer.permitted else 0
        if radius is None or until < now + SHORTEST or answer.route is None:
            return self._refused(answer.word or "too-short", asker, app)
        if self.sessions.count(app.id, session) >= MOST_OF_ONE:
            return self._refused("too-many-sessions", asker, app)
        if not asker.follows and not normal(asker.nas):  # nobody could tell it that the session is over
            return self._refused("no-nas", asker, app)
        one = RadiusSession(
            id=new_id(store.FOLLOWED if asker.follows else "r"),
            app=app.id,
            action=answer.route.request.action,
            person_id=session.person_id,
            session_id=sign_in_of(session),
            device_id=session.device_id if is_tied or not sign_in_of(session) else "",
            address=address,
            client=asker.client,
            nas=asker.nas,
            calling=asker.calling,
            user_name=asker.user,
            decision=answer.id,
            began_at=now,
            until=until,
        )
        if not await self.sessions.begin(one, msgspec.structs.replace(answer, tied_until=until if is_tied else 0)):
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

    # Who asks

    def _app(self, asker: Asker, kinds: frozenset[str]) -> App | None:
        """The one app that this client asks for; None where there is none, or more than one."""
        found = list(_apps_of(self._known.apps.values(), asker, kinds))
        return found[0] if len(found) == 1 else None

    def _person(self, user: str) -> Person | None:
        wanted = user.casefold()
        named = [one for one in self._known.people.values() if one.email.casefold() == wanted and one.active]
        return named[0] if wanted and len(named) == 1 else None

    def _say(self, kind: str, person_id: str, app: str, asker: Asker, session: Session | None = None) -> None:
        self._core.journal.record(event_of(kind, person_id, app, asker, self._core.clock.now(), session))

    def _refused(self, word: str, asker: Asker, app: App | None) -> Reply:
        about = app.id if app is not None else ""
        self._doors.tell("radius.refused", word, door=DOOR, address="", detail=asker.client, app=about)
        return REJECTED


def _apps_of(apps: Iterable[App], asker: Asker, kinds: frozenset[str]) -> Iterable[App]:
    return (
        app
        for app in apps
        if app.radius is not None
        and app.radius.kind in kinds
        and app.radius.openvpn is asker.follows
        and asker.client in app.radius.networks
    )
