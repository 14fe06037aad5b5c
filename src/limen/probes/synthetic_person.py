"""A person who does not exist, with what somebody signed in holds; it is there for seconds, and then nothing is left.

It has no factor, no link and no address that mail reaches, so nobody can sign in as it. The secrets of its sessions are
in this process's memory alone. It is in no group that has a role in Limen.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from limen.access import store as grants
from limen.access.model import HeldGrant
from limen.access.occasion import CHANGED as GRANTS
from limen.clock import HOUR, MINUTE, Instant, Milliseconds
from limen.devices import store as devices
from limen.devices.model import EnrolledDevice, KeyStorage, Platform
from limen.devices.signals.changes import CHANGE as SIGNALS
from limen.enforcement.authorization import Presented
from limen.enforcement.decision_point import APP_COOKIE, Answer, DecisionPoint
from limen.facts import EVERYONE, LIMEN, App, Auth, Factor, Facts, Grant, Person
from limen.facts.tokens import auth_of_token
from limen.identity.model import PersonStatus, Visitor
from limen.identity.services import IdentityServices
from limen.identity.store import erasure, people
from limen.opaque import new_id
from limen.pillar import Core, DeviceSessions
from limen.policy.decision import Effect, Request
from limen.probes.model import CouldNotRunError
from limen.storage import Snapshot, Transaction
from limen.synthetic import DOMAIN, DOOR, new_synthetic_id

_ACTION: Final = "view"
_LASTS: Final[Milliseconds] = 10 * MINUTE
_ROLES: Final = ("administer", "audit", "support")


@dataclass(frozen=True, slots=True)
class Chosen:
    """The app that a probe asks for, and the groups by which it is let in."""

    app: App
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class Held:
    """What the person holds: the id of its sign-in session, the cookie of the app's session, and the secret of a token
    ("": it has none). `device` is the one it is on, None where there is none.
    """

    core: Core
    person: Person
    app: App
    session: str
    cookie: bytes = field(repr=False)
    token: bytes = field(default=b"", repr=False)
    device: EnrolledDevice | None = None

    def ask_with_cookie(self) -> Answer:
        """The next request of the open session."""
        return self._ask(APP_COOKIE + b"=" + self.cookie)

    def ask_with_token(self) -> Answer:
        """The next request of a program of theirs."""
        return self._ask(b"", Presented(self.token, is_basic=False))

    def ask_portal(self) -> Answer:
        """The next request to Limen's own pages, by the sign-in session."""
        doors = self._doors
        known = doors.known
        return doors.decide_session(DOOR, known.apps[LIMEN], known.issued(self.session), Request(_ACTION), "")

    def _ask(self, cookies: bytes, presented: Presented | None = None) -> Answer:
        target = self.app.start.encode()
        return self._doors.decide_request(DOOR, b"GET", self.app.host.encode(), target, cookies, "", presented)

    @property
    def _doors(self) -> DecisionPoint:
        return self.core.offers.take(DecisionPoint)


@asynccontextmanager
async def somebody(core: Core, *, has_token: bool = False, has_device: bool = False) -> AsyncIterator[Held]:
    """Somebody who is signed in to an app, until the end of the block. Raises CouldNotRunError where no policy would
    let them in.
    """
    await remove_all(core)
    chosen = choose(core)
    person_id = new_synthetic_id()
    email = f"{person_id}@{DOMAIN}"
    person = Person(person_id, "Probe", email, chosen.groups, active=True)
    try:
        yield await _signed_in(core, person, chosen.app, has_token=has_token, has_device=has_device)
    finally:
        await remove_all(core)


async def remove_all(core: Core) -> None:
    """What a probe made, also one that was stopped half way, is gone without a trace but for the journal."""

    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        for device_id in [one.device.id for one in devices.synthetic(connection)]:
            devices.remove(connection, device_id)
            transaction.changed("device", device_id)
            transaction.changed(SIGNALS, device_id)
        for one in people.synthetic(connection):
            for kind, key in erasure.remove_synthetic(connection, one.id):
                transaction.changed(kind, key)
            transaction.changed(GRANTS, one.id)

    def is_there(snapshot: Snapshot) -> bool:
        connection = snapshot.connection
        return bool(people.synthetic(connection) or devices.synthetic(connection))

    if await core.database.reading(is_there):
        await core.write(work)


def choose(core: Core) -> Chosen:
    """The least sensitive app that lets in somebody with a fresh passkey, and a program of theirs, from a device that
    nobody knows; else one that lets in themselves. They have a grant, and are in no group, else in one that has no role
    in Limen. Raises CouldNotRunError.
    """
    now = core.clock.now()
    apps = [
        one
        for one in core.known.apps.values()
        if one.id != LIMEN and one.host and one.upstream.url and not one.is_onboarding(now)
    ]
    auth = Auth(3, frozenset({Factor.PASSKEY}), now)
    groups = list(_groups(core, auth, now))
    for proofs in ((auth, auth_of_token(auth)), (auth,)):
        for app in sorted(apps, key=lambda one: (one.label, one.id)):
            for some in groups:
                if all(_opens(core, app, some, _ACTION, proof, now) for proof in proofs):
                    return Chosen(app, some)
    raise CouldNotRunError("no policy lets somebody into an app from a device and a place that nobody knows")


def _groups(core: Core, auth: Auth, now: Instant) -> Iterator[frozenset[str]]:
    limen = core.known.apps[LIMEN]
    yield frozenset()
    for group in sorted(core.known.groups):
        one = frozenset({group})
        if not any(_opens(core, limen, one, role, auth, now) for role in _ROLES):
            yield one


def _opens(core: Core, app: App, groups: frozenset[str], action: str, auth: Auth, now: Instant) -> bool:
    """Whether the policies in force would let them in. Nothing is journaled of it."""
    person = Person("", groups=groups, active=True)
    grant = Grant("", app.id, frozenset({_ACTION}), now + _LASTS)
    facts = Facts(app=app, person=person, auth=auth, risk=core.known.unsaid_risk, grants=(grant,))
    return core.engine().decide(Request(action), facts, now).effect is Effect.PERMIT


# What it holds


async def _signed_in(core: Core, person: Person, app: App, *, has_token: bool, has_device: bool) -> Held:
    identity = core.offers.take(IdentityServices)
    now = core.clock.now()
    grant = _grant(person, app, now)
    device = _device(person, now) if has_device else None
    of_devices = core.offers.find(DeviceSessions)

    def sign_in(transaction: Transaction) -> str:
        connection = transaction.connection
        people.add(connection, person, PersonStatus.ACTIVE, now)
        transaction.changed("person", person.id)
        if device is not None:
            devices.add(connection, device, secrets.token_hex(32), {})
            transaction.changed("device", device.id)
        grants.add_grant(connection, grant)
        transaction.changed(GRANTS, person.id)
        opened = identity.sessions.open(transaction, person, {Factor.PASSKEY: now}, Visitor(""))
        if device is not None and of_devices is not None:
            of_devices.bind(transaction, opened.session.id, device.id, 1, now + HOUR)
        return opened.session.id

    session_id = await core.write(sign_in)
    cookie = await identity.sessions.open_app_session(session_id, app.id, "", "", tied_until=now + HOUR)
    token = ""
    if has_token:
        session = core.known.sessions[session_id]
        made = await identity.tokens.make(session, 2, app=app.id, actions=[_ACTION], days=1, name="probe")
        token = made.secret
    return Held(core, person, app, session_id, cookie.encode(), token.encode(), device)


def _grant(person: Person, app: App, now: Instant) -> HeldGrant:
    """As one that was approved. Nobody was asked: a person who does not exist could ask nobody."""
    return HeldGrant(
        id=new_id("gr"),
        request_id="",
        person_id=person.id,
        app=app.id,
        actions=(_ACTION,),
        since=now,
        until=now + _LASTS,
        rule=DOOR,
        asked_as=(EVERYONE,),
    )


def _device(person: Person, now: Instant) -> EnrolledDevice:
    """It has a key that nobody has, so nobody can speak for it."""
    id_ = new_synthetic_id()
    return EnrolledDevice(
        id_, person.id, f"probe-{id_[-16:]}", Platform.LINUX, KeyStorage.FILE, is_managed=False, enrolled_at=now
    )
