"""What is known now, in memory: one writer (the change feed, on the event loop), read by every decision without a lock.

Nothing here waits, and nothing here forgets to look at `not_before`: whatever was issued earlier is dead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network, ip_address

from limen.clock import Instant
from limen.facts.app import App
from limen.facts.asked import Facts
from limen.facts.nouns import (
    ANYBODY,
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    Device,
    Group,
    Person,
    Place,
    Risk,
    Session,
)

MEMO_LIMIT = 10_000
"""How many assembled facts and places are kept before all are forgotten; bounds memory, not correctness."""

Subject = tuple[str, str]
"""What a change is about: ("person", id), ("session", id), ("device", id), ("company", ""), ("apps", "")."""


class Standing(StrEnum):
    """What a session is worth at this instant. The values are the named reasons of a refusal."""

    LIVE = "live"
    NOT_SIGNED_IN = "not-signed-in"
    ENDED = "session-ended"
    REVOKED = "session-revoked"
    OTHER_APP = "session-of-another-app"
    PERSON_INACTIVE = "person-inactive"


@dataclass(slots=True)
class _Life:
    """How a session stands apart from the time. Forgotten at every change of any fact."""

    session: Session
    standing: Standing
    root_id: str
    ends_at: Instant
    idle_ms: int


@dataclass(slots=True)
class _Seat:
    """Where a live session last came from, with what it was told then. Forgotten at every change of any fact."""

    app: App
    address: str
    root_id: str
    ends_at: Instant
    idle_ms: int
    live: tuple[Session | None, Standing, Facts]


@dataclass(slots=True)
class Known:
    """Everything a decision may read. Only the change feed and start-up write to it."""

    people: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)
    apps_by_host: dict[str, App] = field(default_factory=dict)
    devices: dict[str, Device] = field(default_factory=dict)
    risks: dict[str, Risk] = field(default_factory=dict)
    networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = ()
    sessions: dict[str, Session] = field(default_factory=dict)
    tokens: dict[str, Session] = field(default_factory=dict)
    workloads: dict[str, Person] = field(default_factory=dict)
    lease_until: float = 0.0
    version: int = 0
    _by_token: dict[bytes, Session] = field(default_factory=dict)
    _token_of: dict[str, bytes] = field(default_factory=dict)
    _last_used: dict[str, Instant] = field(default_factory=dict)
    _used_from: dict[str, str] = field(default_factory=dict)
    _lives: dict[str, _Life] = field(default_factory=dict)
    _seats: dict[bytes, _Seat] = field(default_factory=dict)
    _not_before: dict[Subject, Instant] = field(default_factory=dict)
    _facts: dict[tuple[str, str, str], Facts] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)
    _watchers: list[Callable[[Subject], None]] = field(default_factory=list)

    # What a decision asks

    def session(self, token_hash: bytes) -> Session | None:
        """The session whose token hashes (SHA-256) to `token_hash`, alive or not."""
        return self._by_token.get(token_hash)

    def issued(self, session_id: str) -> Session | None:
        """The newest state of a session, or of a token, of this id; None where it is gone."""
        return self.sessions.get(session_id) or self.tokens.get(session_id)

    def asker(self, person_id: str) -> Person | None:
        """Who asks: a person, or a workload."""
        return self.people.get(person_id) or self.workloads.get(person_id)

    def standing(self, session: Session | None, app_id: str, now: Instant) -> Standing:
        """What `session` is worth on the host of `app_id` ("" for the sign-in host)."""
        if session is None:
            return Standing.NOT_SIGNED_IN
        if session.app != app_id:
            return Standing.OTHER_APP
        life = self._lives.get(session.id)
        if life is None or life.session is not session:
            life = self._lives[session.id] = self._live(session)
        if life.standing is not Standing.LIVE:
            return life.standing
        if now >= life.ends_at or now >= self._last_used.get(life.root_id, 0) + life.idle_ms:
            return Standing.ENDED
        return Standing.LIVE

    def enter(self, token_hash: bytes, app: App, address: str, now: Instant) -> tuple[Session | None, Standing, Facts]:
        """What a door asks at every request, in one look: the live session behind a token, and its facts; a use of it.

        Without a live session: None, what is wrong with it, and the facts about nobody.
        """
        seat = self._seats.get(token_hash)
        if seat is not None and seat.app is app and seat.address == address:
            used = self._last_used
            if now < seat.ends_at and now < used[seat.root_id] + seat.idle_ms:
                used[seat.root_id] = now
                return seat.live
        return self._seat(token_hash, app, address, now)

    def enter_with_token(
        self, token_hash: bytes, app: App, address: str, now: Instant
    ) -> tuple[Session | None, Standing, Facts]:
        """`enter` for a program's token (see `facts.tokens`), which remembers from where it was used last."""
        entered = self.enter(token_hash, app, address, now)
        if entered[0] is not None:
            self._used_from[entered[0].id] = address
        return entered

    def used_from(self, token_id: str) -> str:
        """The address a token was last used from; "" where it was not used since the start."""
        return self._used_from.get(token_id, "")

    def ends_at(self, session: Session) -> Instant:
        """The instant at which time alone ends `session`, if nobody uses it again."""
        root = self.sessions.get(session.parent, session) if session.parent else session
        idle = self._last_used.get(root.id, root.started_at) + root.idle_ms
        return min(session.expires_at, root.expires_at, idle)

    def last_used(self, session_id: str) -> Instant:
        """When the session (or a session hanging on it) was last used; 0 if it is not known."""
        session = self.issued(session_id)
        return self._last_used.get(session_id, session.started_at) if session else 0

    def used(self, session: Session, now: Instant) -> None:
        """Note a use. It counts for the sign-in the session hangs on, so an app in use keeps it from idling."""
        self._last_used[session.parent or session.id] = now

    def facts(self, session: Session | None, app: App, address: str) -> Facts:
        """All facts about a request of this live session (None: nobody) to this app from this address.

        The same value is handed out until a fact changes, so what others derive from it can be kept in its `memo`.
        """
        key = (session.id if session else "", app.id, address)
        facts = self._facts.get(key)
        if facts is None:
            if len(self._facts) >= MEMO_LIMIT:
                self._facts.clear()
            facts = self._facts[key] = self._assemble(session, app, address)
        return facts

    def place(self, address: str) -> Place:
        """What is known of an address: its named network, and no country until a source for one exists."""
        place = self._places.get(address)
        if place is None:
            if len(self._places) >= MEMO_LIMIT:
                self._places.clear()
            place = self._places[address] = self._locate(address)
        return place

    # What the change feed tells

    def put_person(self, person: Person) -> None:
        self.people[person.id] = person
        self._changed(("person", person.id))

    def drop_person(self, person_id: str) -> None:
        self.people.pop(person_id, None)
        self._changed(("person", person_id))

    def put_session(self, token_hash: bytes, session: Session, last_used: Instant = 0) -> None:
        """Know `session` under this token alone; a token it had before is worthless from here on."""
        self._forget_token(session.id)
        self.sessions[session.id] = self._by_token[token_hash] = session
        self._token_of[session.id] = token_hash
        if last_used:
            self._last_used[session.id] = max(last_used, self._last_used.get(session.id, 0))
        self._changed(("session", session.id))

    def drop_session(self, session_id: str) -> None:
        if self.sessions.pop(session_id, None) is not None:
            self._forget_token(session_id)
            self._last_used.pop(session_id, None)
            self._changed(("session", session_id))

    def put_token(self, token_hash: bytes, token: Session) -> None:
        """Know a program's token by the hash of its secret."""
        self._forget_token(token.id)
        self.tokens[token.id] = self._by_token[token_hash] = token
        self._token_of[token.id] = token_hash
        self._changed(("session", token.id))

    def drop_token(self, token_id: str) -> None:
        if self.tokens.pop(token_id, None) is not None:
            self._forget_token(token_id)
            self._last_used.pop(token_id, None)
            self._used_from.pop(token_id, None)
            self._changed(("session", token_id))

    def put_workload(self, workload: Person) -> None:
        self.workloads[workload.id] = workload
        self._changed(("person", workload.id))

    def drop_workload(self, workload_id: str) -> None:
        self.workloads.pop(workload_id, None)
        self._changed(("person", workload_id))

    def put_device(self, device: Device) -> None:
        self.devices[device.id] = device
        self._changed(("device", device.id))

    def put_risk(self, person_id: str, risk: Risk) -> None:
        self.risks[person_id] = risk
        self._changed(("person", person_id))

    def set_not_before(self, subject: Subject, at: Instant) -> None:
        """Whatever was issued to `subject` before `at` is dead. It only ever moves forward."""
        self._not_before[subject] = max(at, self._not_before.get(subject, 0))
        self._changed(subject)

    def set_company(
        self,
        apps: Iterable[App],
        groups: Iterable[Group],
        networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = (),
    ) -> None:
        """Take over what a published revision says, all at once."""
        self.apps = {app.id: app for app in apps}
        self.apps_by_host = {app.host: app for app in self.apps.values()}
        self.groups = {group.id: group for group in groups}
        self.networks = networks
        self._places.clear()
        self._changed(("apps", ""))

    def watch(self, told: Callable[[Subject], None]) -> Callable[[], None]:
        """Call `told` after every change, on the thread that made it. Returns how to stop."""
        self._watchers.append(told)
        return lambda: self._watchers.remove(told)

    # Inside

    def _seat(self, token_hash: bytes, app: App, address: str, now: Instant) -> tuple[Session | None, Standing, Facts]:
        """The same at length, and a seat for the next request that comes with this token from this address."""
        session = self._by_token.get(token_hash)
        standing = self.standing(session, app.id, now)
        if standing is not Standing.LIVE or session is None:
            return None, standing, self.facts(None, app, address)
        life = self._lives[session.id]
        self._last_used[life.root_id] = now
        facts = self.facts(session, app, address)
        live = (session, standing, facts)
        self._seats[token_hash] = _Seat(app, address, life.root_id, life.ends_at, life.idle_ms, live)
        return live

    def _live(self, session: Session) -> _Life:
        """What can be told of a session until a fact changes; its idle time is counted from its last use."""
        root = self.sessions.get(session.parent) if session.parent else session
        standing = Standing.LIVE
        person = self.asker(session.person_id)
        if root is None or self._issued_too_early(session) or (root is not session and self._issued_too_early(root)):
            standing = Standing.REVOKED
        elif person is None or not person.active:
            standing = Standing.PERSON_INACTIVE
        root = root or session
        self._last_used.setdefault(root.id, root.started_at)
        ends_at = min(session.expires_at, root.expires_at)
        return _Life(session, standing, root.id, ends_at, root.idle_ms)

    def _changed(self, subject: Subject) -> None:
        self.version += 1
        self._lives.clear()
        self._seats.clear()
        if subject[0] == "session":
            self._forget_facts_of(subject[1])
        else:
            self._facts.clear()
        for told in tuple(self._watchers):
            told(subject)

    def _forget_facts_of(self, session_id: str) -> None:
        children = {s.id for s in self.sessions.values() if s.parent == session_id} | {session_id}
        for key in [key for key in self._facts if key[0] in children]:
            del self._facts[key]

    def _forget_token(self, session_id: str) -> None:
        token = self._token_of.pop(session_id, None)
        if token is not None:
            self._by_token.pop(token, None)

    def _issued_too_early(self, session: Session) -> bool:
        dead_before = self._not_before
        if not dead_before:
            return False
        at = session.started_at
        return (
            at < dead_before.get(("company", ""), 0)
            or at < dead_before.get(("person", session.person_id), 0)
            or at < dead_before.get(("session", session.id), 0)
            or (session.device_id != "" and at < dead_before.get(("device", session.device_id), 0))
        )

    def _assemble(self, session: Session | None, app: App, address: str) -> Facts:
        place = self.place(address)
        if session is None:
            return Facts(app=app, place=place)
        root = self.sessions.get(session.parent, session) if session.parent else session
        return Facts(
            app=app,
            person=self.asker(session.person_id) or ANYBODY,
            auth=root.auth,
            session=session,
            device=self.devices.get(session.device_id, UNKNOWN_DEVICE),
            place=place,
            risk=self.risks.get(session.person_id, UNKNOWN_RISK),
        )

    def _locate(self, address: str) -> Place:
        try:
            parsed = ip_address(address)
        except ValueError:
            return NOWHERE
        named = next((name for name, network in self.networks if parsed in network), "")
        return replace(NOWHERE, address=str(parsed), network=named)
