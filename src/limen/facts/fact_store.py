"""What is known now, in memory: one writer (the change feed, on the event loop), read by every decision without a lock.

Nothing here waits, and nothing here forgets to look at `not_before`: whatever was issued earlier is dead. What was put
together for a session is kept in an entry of its own, until something changes that it was put together from. Then the
whole entry is thrown away, after the row has changed. Whoever puts something together takes the entry first and reads
the rows then: in whatever thread that is, what comes out of older rows ends in an entry that nobody finds any more.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from itertools import count
from typing import Final, TypeAlias, TypeVar

from limen.clock import Instant, Milliseconds
from limen.facts.app import App
from limen.facts.device_rules import DeviceRules
from limen.facts.facts import Facts, Plain
from limen.facts.issuer import Issuer
from limen.facts.learned import Learned
from limen.facts.nouns import (
    ANYBODY,
    NOWHERE,
    UNKNOWN_DEVICE,
    UNKNOWN_RISK,
    Device,
    Grant,
    Group,
    Person,
    Place,
    Risk,
    Session,
    worse_risk,
)
from limen.facts.required_factors import NO_FACTORS, NOTHING_REQUIRED, Due, EnrolledFactors, RequiredFactors
from limen.facts.tables import Issued, SessionTable, Subject, Table, TableOf

FACTS_KEPT: Final = 10_000
"""How many assembled facts are kept before all are forgotten; bounds memory, not correctness."""
UNKEPT: Final = 1_024
"""Of how many sessions that are in no table the facts are compared with those of the last time."""
STRANGERS_KEPT: Final = 512
"""The same for nobody at so many addresses: what strangers cause takes no memory and drops nothing of anybody else."""
COMPANY: Final[Subject] = ("company", "")
APPS: Final[Subject] = ("apps", "")
OVER: Final[Instant] = 1
"""Until when a session was bound to its device that is used in a browser where it is not: a proof there would tell."""
T = TypeVar("T")
EVERYBODY: Final = frozenset({COMPANY, APPS})
"""Subjects that everybody's facts depend on: the company's `not_before`, and a published revision."""


class SessionState(StrEnum):
    """What a session is worth at this instant. The values are the named reasons of a refusal."""

    LIVE = "live"
    NOT_SIGNED_IN = "not-signed-in"
    ENDED = "session-ended"
    REVOKED = "session-revoked"
    OTHER_APP = "session-of-another-app"
    PERSON_INACTIVE = "person-inactive"


@dataclass(frozen=True, slots=True)
class _Lifetime:
    """What a session is worth until a fact changes, and when time ends it. `root_id`: whose last use keeps it alive."""

    state: SessionState
    root_id: str
    ends_at: Instant
    idle_ms: int


Admitted: TypeAlias = "tuple[Session | None, SessionState, Facts]"
"""A live session and its facts; or None, what is wrong with it, and the facts about nobody."""


Locate: TypeAlias = "Callable[[str, str], Place]"
"""`(address as ipaddress writes it, the company's network it is in or "") → what is known of it`."""

_Latest: TypeAlias = "tuple[App, str, str, Instant, Milliseconds, Admitted]"
"""For which app and from which address the last request with a token came, whose last use keeps its session alive,
until when and for how long unused it lives, and what `admit` answers to the like meanwhile."""


class _Entry:
    """What was put together for one session, or for nobody at one address. `facts` are by app and address."""

    __slots__ = ("facts", "lifetime")

    def __init__(self) -> None:
        self.lifetime: _Lifetime | None = None
        self.facts: dict[tuple[str, str], Facts] = {}

    def release(self) -> None:
        for facts in tuple(self.facts.values()):
            facts.derived.release()


class FactStore:
    """Everything a decision may read. Only the change feed and start-up write to it.

    Each table has `get`, `put` and `drop`. `risks`, `grants` and `enrolled` (what they sign in with) are by the id of
    the person, `places` by address as `ipaddress` writes it, `learned` by subject. What is not in `places` is asked of
    whoever locates (`locate_by`). Sessions and tokens are put under the hash of their secret. `issuers` are the
    upstream ones that sign people in, by their id.

    Of risks, `device_risks` are what sensors say of devices, `detected_device_risks` what detections do, and
    `session_risks` those of sessions, each by its id. `unsaid_risk` is that of whoever nothing is said of.
    """

    __slots__ = (
        "_at_place",
        "_by_hash",
        "_entries",
        "_issued",
        "_kept",
        "_last_unkept",
        "_last_used",
        "_latest",
        "_locate",
        "_not_before",
        "_strangers",
        "_watchers",
        "apps",
        "apps_by_host",
        "detected_device_risks",
        "device_risks",
        "device_rules",
        "devices",
        "enrolled",
        "grants",
        "groups",
        "issuers",
        "learned",
        "lease_until",
        "networks",
        "people",
        "places",
        "required_factors",
        "risks",
        "rules",
        "session_risks",
        "sessions",
        "tokens",
        "unsaid_risk",
        "workloads",
    )

    def __init__(self, lease_until: float = 0.0) -> None:
        self.lease_until = lease_until
        self._issued = Issued()
        self.learned = Learned(self._changed)
        self.people: Table[Person] = Table("person", self._changed, self._dropped)
        self.workloads: Table[Person] = Table("person", self._changed, self._dropped)
        self.devices: Table[Device] = Table("device", self._changed, self._dropped)
        self.enrolled: TableOf[EnrolledFactors] = TableOf("person", self._changed)
        self.risks: TableOf[Risk] = TableOf("person", self._changed)
        self.device_risks: TableOf[Risk] = TableOf("device", self._changed)
        self.detected_device_risks: TableOf[Risk] = TableOf("device", self._changed)
        self.session_risks: TableOf[Risk] = TableOf("session", self._changed)
        self.unsaid_risk = UNKNOWN_RISK
        self.grants: TableOf[tuple[Grant, ...]] = TableOf("person", self._changed)
        self.places: TableOf[Place] = TableOf("place", self._changed)
        self._locate: Locate = _nowhere
        self.sessions = SessionTable(self._issued, self._changed, self._dropped)
        self.tokens = SessionTable(self._issued, self._changed, self._dropped)
        self.groups: dict[str, Group] = {}
        self.issuers: Mapping[str, Issuer] = {}
        self.apps: dict[str, App] = {}
        self.apps_by_host: dict[str, App] = {}
        self.networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = ()
        self.required_factors: RequiredFactors = NOTHING_REQUIRED
        self.device_rules = DeviceRules()
        self.rules: dict[type, object] = {}
        self._not_before: dict[Subject, Instant] = {}
        self._by_hash = self._issued.by_hash
        self._last_used = self._issued.last_used
        self._latest: dict[bytes, _Latest] = self._issued.latest
        self._entries: dict[str, _Entry] = {}
        self._at_place: dict[str, set[str]] = {}
        self._strangers: dict[str, str] = {}
        self._last_unkept: dict[tuple[str, str], Facts] = {}
        self._kept = count(1)
        self._watchers: list[Callable[[Subject], None]] = []

    # What a decision asks

    def session(self, token_hash: bytes) -> Session | None:
        """The session whose token hashes (SHA-256) to `token_hash`, alive or not."""
        return self._by_hash.get(token_hash)

    def issued(self, session_id: str) -> Session | None:
        """The newest state of a session, or of a token, of this id; None where it is gone."""
        return self.sessions.get(session_id) or self.tokens.get(session_id)

    def issued_to(self, subject: Subject) -> list[Session]:
        """The sessions and tokens of a person or a device, or those that depend on a session; in the order of ids."""
        found = [self.issued(session_id) for session_id in sorted(self._issued.of.get(subject, ()))]
        return [session for session in found if session is not None]

    def principal(self, person_id: str) -> Person | None:
        """Who asks: a person, with when they must have enrolled what they lack; or a workload."""
        person = self.people.get(person_id)
        if person is None:
            return self.workloads.get(person_id)
        dues = self.dues_of(person_id)
        return replace(person, must_enrol_at=dues[0].at) if dues else person

    def dues_of(self, person_id: str) -> tuple[Due, ...]:
        """What somebody still has to set up, the most urgent first."""
        person = self.people.get(person_id)
        if person is None:
            return ()
        return self.required_factors.dues_of(person, self.enrolled.get(person_id, NO_FACTORS))

    def session_state(self, session: Session | None, app_id: str, now: Instant) -> SessionState:
        """What `session` is worth on the host of `app_id` ("" for the sign-in host)."""
        if session is None:
            return SessionState.NOT_SIGNED_IN
        if session.app != app_id:
            return SessionState.OTHER_APP
        lifetime = self._lifetime(session)
        if lifetime.state is not SessionState.LIVE:
            return lifetime.state
        used_at = self._last_used.get(lifetime.root_id, 0)
        return SessionState.ENDED if now >= lifetime.ends_at or now >= used_at + lifetime.idle_ms else SessionState.LIVE

    def admit(self, token_hash: bytes, app: App, address: str, now: Instant) -> Admitted:
        """What is asked at every request, in one look: the live session behind a token, and its facts. Counts as a use.

        Without a live session: None, what is wrong with it, and the facts about nobody.
        """
        latest = self._latest.get(token_hash)
        if latest is not None:
            its_app, its_address, root_id, ends_at, idle_ms, admitted = latest
            if its_app is app and its_address == address:
                used = self._last_used
                if now < ends_at and now < used[root_id] + idle_ms:
                    used[root_id] = now
                    return admitted
        return self._admit(token_hash, app, address, now)

    def admit_with_token(self, token_hash: bytes, app: App, address: str, now: Instant) -> Admitted:
        """`admit` for a program's token (see `facts.tokens`), which remembers from where it was used last."""
        admitted = self.admit(token_hash, app, address, now)
        if admitted[0] is not None:
            self._issued.used_from[admitted[0].id] = address
        return admitted

    def used_from(self, token_id: str) -> str:
        """The address a token was last used from; "" where it was not used since the start."""
        return self._issued.used_from.get(token_id, "")

    def ends_at(self, session: Session) -> Instant:
        """The instant at which time alone ends `session`, if nobody uses it again."""
        root = self._root(session) or session
        idle = self._last_used.get(root.id, root.started_at) + root.idle_ms
        return min(session.expires_at, root.expires_at, idle)

    def last_used(self, session_id: str) -> Instant:
        """When the session (or a session hanging on it) was last used; 0 if it is not known."""
        session = self.issued(session_id)
        return self._last_used.get(session_id, session.started_at) if session else 0

    def used(self, session: Session, now: Instant) -> None:
        """Note a use. It counts for the sign-in that the session belongs to, so an app in use keeps it from idling."""
        self._last_used[session.parent or session.id] = now

    def see_on(self, session: Session, device_id: str) -> bool:
        """Note that `session` came with this device's certificate: what ends all that is signed in on the device ends
        its sign-in from now on. False where that is known already.
        """
        root_id = session.parent or session.id
        if device_id in self._issued.seen_on.get(root_id, ()) or root_id not in self.sessions:
            return False
        self._issued.see_on(root_id, device_id)
        self._changed(("session", root_id))
        return True

    def facts(self, session: Session | None, app: App, address: str) -> Facts:
        """All facts about a request of this live session (None: nobody) to this app from this address.

        The same value is handed out until a fact changes, so what others derive from it can be kept in its `derived`.
        """
        key = (app.id, address)
        entry = self._entry(session, address)
        facts = entry.facts.get(key)
        if facts is not None and facts.app is app and facts.session is session:
            return facts
        if self.apps.get(app.id) is not app or not self._is_newest(session):
            return self._unkept(session, app, address)
        if session is not None:
            self._make_room()
        self._at_place.setdefault(_normal(address), set()).add(_name_of(session, address))
        facts = entry.facts[key] = self._assemble(session, app, address)
        return facts

    def risk_of(self, person_id: str) -> Risk:
        """The risk of a person or workload, whatever session or device they come with."""
        return self.risks.get(person_id, self.unsaid_risk)

    def place(self, address: str) -> Place:
        """What is known of an address, and its named network."""
        normal = _normal(address)
        if not normal:
            return NOWHERE
        named = network_of(normal, self.networks)
        return replace(self.places.get(normal) or self._locate(normal, named), address=normal, network=named)

    def subjects(self, session: Session | None, address: str) -> frozenset[Subject]:
        """What the facts of this session (None: nobody) from this address, and its state, depend on.

        `EVERYBODY` comes on top.
        """
        found: set[Subject] = {("place", _normal(address))}
        if session is None:
            return frozenset(found)
        if session.parent:
            found.add(("session", session.parent))
        for each in (session, self._root(session)):
            if each is not None:
                found |= {("session", each.id), ("person", each.person_id)}
                if each.device_id:
                    found.add(("device", each.device_id))
                found |= {("device", device_id) for device_id in self._issued.seen_on.get(each.id, ())}
        return frozenset(found)

    # What the change feed tells

    def set_not_before(self, subject: Subject, at: Instant) -> None:
        """Whatever was issued to `subject` before `at` is dead. It only ever moves forward."""
        if at > self._not_before.get(subject, 0):
            self._not_before[subject] = at
            self._changed(subject)

    def set_company(
        self,
        apps: Iterable[App],
        groups: Iterable[Group],
        networks: tuple[tuple[str, IPv4Network | IPv6Network], ...] = (),
    ) -> None:
        """Take over what a published revision says, all at once."""
        self.apps = {app.id: app for app in apps}
        self.apps_by_host = {app.host: app for app in self.apps.values() if app.host}
        self.groups = {group.id: group for group in groups}
        self.networks = networks
        self._changed(APPS)

    def locate_by(self, locate: Locate) -> None:
        """From now on what is known of an address is asked there; what was known is forgotten. It must not wait."""
        self._locate = locate
        self._changed(APPS)

    def set_required_factors(self, required: RequiredFactors) -> None:
        """Take over who must have which factor by when."""
        if required != self.required_factors:
            self.required_factors = required
            self._changed(APPS)

    def set_device_rules(self, rules: DeviceRules) -> None:
        """Take over what a healthy device is."""
        if rules != self.device_rules:
            self.device_rules = rules
            self._changed(APPS)

    def set_unsaid_risk(self, risk: Risk) -> None:
        """From now on this is the risk of everybody of whom nothing is said: unknown, unless somebody watches."""
        if risk != self.unsaid_risk:
            self.unsaid_risk = risk
            self._changed(COMPANY)

    def set_rules(self, kind: type[T], rules: T) -> None:
        """Take over what the folder file of a part says, for whoever asks for it by its type."""
        if self.rules.get(kind) != rules:
            self.rules[kind] = rules
            self._changed(APPS)

    def rules_of(self, kind: type[T]) -> T | None:
        """What a part's folder file says, of this type; None where nothing was said."""
        found = self.rules.get(kind)
        return found if isinstance(found, kind) else None

    def watch(self, told: Callable[[Subject], None]) -> Callable[[], None]:
        """Call `told` after every change, on the thread that made it. Returns how to stop."""
        self._watchers.append(told)
        return lambda: self._watchers.remove(told)

    # Changes

    def _dropped(self, subject: Subject) -> None:
        """A row is gone, and with it what was learned of its subject."""
        self.learned.forget(subject)
        self._changed(subject)

    def _changed(self, subject: Subject) -> None:
        """Forget what was put together from `subject`, whose row has changed already, and tell of it."""
        if subject in EVERYBODY:
            self._forget_all()
        else:
            of_place = subject[0] == "place"
            touched = self._at_place.pop(subject[1], set()) if of_place else self._issued.touched_by(subject)
            for name in tuple(touched):
                entry = self._entries.pop(name, None)
                self._latest.pop(self._issued.hash_of.get(name, b""), None)
                if entry is not None:
                    entry.release()
        for told in tuple(self._watchers):
            told(subject)

    def _forget_all(self) -> None:
        entries = self._entries
        self._entries, self._at_place, self._strangers, self._kept = {}, {}, {}, count(1)
        self._latest.clear()
        for entry in tuple(entries.values()):
            entry.release()
        self._forget_unkept()

    # What is put together

    def _admit(self, token_hash: bytes, app: App, address: str, now: Instant) -> Admitted:
        """As `admit`, worked out in full, and kept for the next request with this token from this address."""
        session = self._by_hash.get(token_hash)
        entry = self._entry(session, address)
        state = self.session_state(session, app.id, now)
        if state is not SessionState.LIVE or session is None:
            return None, state, self.facts(None, app, address)
        lifetime = self._lifetime(session)
        self._last_used[lifetime.root_id] = now
        admitted = (session, state, self.facts(session, app, address))
        self._latest[token_hash] = (app, address, lifetime.root_id, lifetime.ends_at, lifetime.idle_ms, admitted)
        if self._entries.get(session.id) is not entry or self._by_hash.get(token_hash) is not session:
            self._latest.pop(token_hash, None)  # it has changed meanwhile, on another thread
        return admitted

    def _entry(self, session: Session | None, address: str = "") -> _Entry:
        """What is kept for a session, whatever it is worth; or for nobody at this address."""
        name = _name_of(session, address)
        entry = self._entries.get(name)
        if entry is None:
            if session is None:
                self._make_room_for_strangers(name, address)
            else:
                self._make_room()
            entry = self._entries.setdefault(name, _Entry())
        return entry

    def _is_newest(self, session: Session | None) -> bool:
        """Whether this is the newest state of the session. Nothing is kept for another: no change would drop it."""
        return session is None or self.issued(session.id) is session

    def _make_room(self) -> None:
        """Call it before something more is kept: after so many, everything that was put together is forgotten."""
        if next(self._kept) > FACTS_KEPT:
            self._forget_all()
            next(self._kept)

    def _make_room_for_strangers(self, name: str, address: str) -> None:
        """Call it before something is kept for nobody at one more address: after so many, those are forgotten."""
        if len(self._strangers) >= STRANGERS_KEPT:
            strangers, self._strangers = self._strangers, {}
            for gone, its_address in tuple(strangers.items()):
                entry = self._entries.pop(gone, None)
                names = self._at_place.get(_normal(its_address))
                if names is not None:
                    names.discard(gone)
                    if not names:
                        self._at_place.pop(_normal(its_address), None)
                if entry is not None:
                    entry.release()
        self._strangers[name] = address

    def _lifetime(self, session: Session) -> _Lifetime:
        entry = self._entry(session)
        if not self._is_newest(session):
            return self._begun(session)
        lifetime = entry.lifetime
        if lifetime is None:
            lifetime = entry.lifetime = self._begun(session)
        return lifetime

    def _begun(self, session: Session) -> _Lifetime:
        """What can be told of a session until a fact changes; its idle time is counted from its last use."""
        root = self._root(session)
        state = SessionState.LIVE
        person = self.principal(session.person_id)
        if root is None or self._issued_too_early(session) or (root is not session and self._issued_too_early(root)):
            state = SessionState.REVOKED
        elif person is None or not person.active:
            state = SessionState.PERSON_INACTIVE
        root = root or session
        self._last_used.setdefault(root.id, root.started_at)
        return _Lifetime(state, root.id, min(session.expires_at, root.expires_at), root.idle_ms)

    def _root(self, session: Session) -> Session | None:
        """The sign-in that a session belongs to, which may be itself; None where that is gone."""
        return self.sessions.get(session.parent) if session.parent else session

    def _issued_too_early(self, session: Session) -> bool:
        dead_before = self._not_before
        if not dead_before:
            return False
        at = session.started_at
        return (
            at < dead_before.get(COMPANY, 0)
            or at < dead_before.get(("person", session.person_id), 0)
            or at < dead_before.get(("session", session.id), 0)
            or (session.device_id != "" and at < dead_before.get(("device", session.device_id), 0))
            or any(at < dead_before.get(("device", each), 0) for each in self._issued.seen_on.get(session.id, ()))
        )

    def _assemble(self, session: Session | None, app: App, address: str) -> Facts:
        place = self.place(address)
        if session is None:
            return Facts(app=app, place=place, risk=self.unsaid_risk, more=self._more(("place", place.address)))
        root = self._root(session) or session
        person_id, device_id = session.person_id, root.device_id
        device = self.devices.get(device_id, UNKNOWN_DEVICE)
        is_there = session is root or session.binding or not root.binding  # else it was opened in another browser
        until = root.bound_until if is_there else OVER
        if device.known and (device.binding, device.bound_until) != (root.binding, until):
            device = replace(device, binding=root.binding, bound_until=until)
        return Facts(
            app=app,
            person=self.principal(person_id) or ANYBODY,
            auth=root.auth,
            session=session,
            device=device,
            place=place,
            risk=worse_risk(self.risk_of(person_id), self._risk_of_device(device_id), *self._risks_of(session, root)),
            grants=self.grants.get(person_id, ()),
            more=self._more_about(session, root, device_id, place),
        )

    def on(self, facts: Facts, device: Device) -> Facts:
        """These facts, as those of a request that is known to come from this device."""
        if facts.session is None:
            return facts
        root = self._root(facts.session) or facts.session
        more = self._more_about(facts.session, root, device.id, facts.place)
        risk = worse_risk(facts.risk, self._risk_of_device(device.id))
        return replace(facts, device=device, risk=risk, more=more)

    def untied(self, facts: Facts) -> Facts:
        """These facts, as those of a request that came without what ties its session to its device."""
        return replace(facts, device=replace(facts.device, bound_until=OVER))

    def _unkept(self, session: Session | None, app: App, address: str) -> Facts:
        """Facts that no change would drop: put together each time, as those of a workload that proved itself just now.
        Where they are what they were the last time, it is that value, with all that others derived from it.
        """
        facts = self._assemble(session, app, address)
        if session is None:
            return facts
        key = (session.id, app.id)
        before = self._last_unkept.get(key)
        if before == facts:
            return before
        if before is not None:
            before.derived.release()
        elif len(self._last_unkept) >= UNKEPT:
            self._forget_unkept()
        self._last_unkept[key] = facts
        return facts

    def _forget_unkept(self) -> None:
        forgotten, self._last_unkept = self._last_unkept, {}
        for facts in tuple(forgotten.values()):
            facts.derived.release()

    def _risk_of_device(self, device_id: str) -> Risk:
        """What sensors and detections say of a device."""
        said = (self.device_risks.get(device_id, UNKNOWN_RISK), self.detected_device_risks.get(device_id, UNKNOWN_RISK))
        return worse_risk(*said)

    def _risks_of(self, *sessions: Session) -> Iterable[Risk]:
        return [self.session_risks.get(session.id, UNKNOWN_RISK) for session in sessions]

    def _more_about(
        self, session: Session, root: Session, device_id: str, place: Place
    ) -> tuple[tuple[str, Plain], ...]:
        """What was learned of everything that a request of this session depends on."""
        return self._more(
            ("person", session.person_id),
            ("device", device_id),
            ("session", root.id),
            ("session", session.id),
            ("place", place.address),
        )

    def _more(self, *subjects: Subject) -> tuple[tuple[str, Plain], ...]:
        """What was learned of these subjects, by path; of a sign-in, it holds for what depends on it as well."""
        if not self.learned:
            return ()
        found: dict[str, Plain] = {}
        for subject in subjects:
            found |= self.learned.of(subject)
        return tuple(sorted(found.items()))


def _name_of(session: Session | None, address: str) -> str:
    """Under which name something is kept for a session, or for nobody at this address."""
    return session.id if session is not None else f"nobody at {address}"


def network_of(address: str, networks: Sequence[tuple[str, IPv4Network | IPv6Network]]) -> str:
    """The name of the first of the company's networks that holds this address; "" where none does, or it is none."""
    if not networks:
        return ""
    try:
        parsed = ip_address(address)
    except ValueError:
        return ""
    return next((name for name, network in networks if parsed in network), "")


def _nowhere(_address: str, _network: str) -> Place:
    return NOWHERE


@lru_cache(1_024)
def _normal(address: str) -> str:
    """The address as `ipaddress` writes it; "" for what is none."""
    try:
        return str(ip_address(address))
    except ValueError:
        return ""
