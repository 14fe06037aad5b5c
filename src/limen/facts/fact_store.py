"""What is known now, in memory: one writer (the change feed, on the event loop), read by every decision without a lock.

Nothing here waits, and nothing here forgets to look at `not_before`: whatever was issued earlier is dead. What was put
together for a session (`assembling.py`) is kept until something changes that it was put together from (`assembled.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

from limen.clock import Instant, Milliseconds
from limen.facts.addresses import Locate, Networks, network_of, normal, nowhere
from limen.facts.app import App
from limen.facts.assembled import Assembled
from limen.facts.assembling import assemble, on_device
from limen.facts.device_rules import DeviceRules
from limen.facts.facts import Facts
from limen.facts.issuer import Issuer
from limen.facts.learned import Learned
from limen.facts.nouns import NOWHERE, UNKNOWN_RISK, Device, Grant, Group, Person, Place, Risk, Session
from limen.facts.required_factors import NO_FACTORS, NOTHING_REQUIRED, Due, EnrolledFactors, RequiredFactors
from limen.facts.session_state import Lifetime, NotBefore, SessionState, lifetime_of
from limen.facts.tables import APPS, COMPANY, Issued, SessionTable, Subject, Table, TableOf

T = TypeVar("T")

Admitted: TypeAlias = "tuple[Session | None, SessionState, Facts]"
"""A live session and its facts; or None, what is wrong with it, and the facts about nobody."""
_Latest: TypeAlias = "tuple[App, str, str, Instant, Milliseconds, Admitted]"
"""For which app and from which address the last request with a token came, whose last use keeps its session alive,
until when and for how long unused it lives, and what `admit` answers to the like meanwhile."""


class FactStore:
    """Everything a decision may read. Only the change feed and start-up write to it.

    Each table has `get`, `put` and `drop`. `risks`, `grants`, `enrolled` (what they sign in with) and `first_days` are
    by the id of the person, `places` by address as `ipaddress` writes it, `learned` by subject. What is not in `places`
    is asked of whoever locates (`locate_by`). Sessions and tokens are put under the hash of their secret. `issuers` are
    the upstream ones that sign people in, by their id.

    `synthetic` and `synthetic_devices` are what probes made (`limen.synthetic`): decisions know them, and nobody else,
    so whoever lists or counts people and devices meets none.

    Of risks, `device_risks` are what sensors say of devices, `detected_device_risks` what detections do, and
    `session_risks` those of sessions, each by its id. `unsaid_risk` is that of whoever nothing is said of.
    """

    __slots__ = (
        "_assembled",
        "_by_hash",
        "_issued",
        "_last_used",
        "_latest",
        "_locate",
        "_not_before",
        "_watchers",
        "apps",
        "apps_by_host",
        "detected_device_risks",
        "device_risks",
        "device_rules",
        "devices",
        "enrolled",
        "first_days",
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
        "synthetic",
        "synthetic_devices",
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
        self.synthetic: Table[Person] = Table("person", self._changed, self._dropped)
        self.synthetic_devices: Table[Device] = Table("device", self._changed, self._dropped)
        self.devices: Table[Device] = Table("device", self._changed, self._dropped)
        self.enrolled: TableOf[EnrolledFactors] = TableOf("person", self._changed)
        self.first_days: TableOf[str] = TableOf("person", self._changed)
        self.risks: TableOf[Risk] = TableOf("person", self._changed)
        self.device_risks: TableOf[Risk] = TableOf("device", self._changed)
        self.detected_device_risks: TableOf[Risk] = TableOf("device", self._changed)
        self.session_risks: TableOf[Risk] = TableOf("session", self._changed)
        self.unsaid_risk = UNKNOWN_RISK
        self.grants: TableOf[tuple[Grant, ...]] = TableOf("person", self._changed)
        self.places: TableOf[Place] = TableOf("place", self._changed)
        self._locate: Locate = nowhere
        self.sessions = SessionTable(self._issued, self._changed, self._dropped)
        self.tokens = SessionTable(self._issued, self._changed, self._dropped)
        self.groups: dict[str, Group] = {}
        self.issuers: Mapping[str, Issuer] = {}
        self.apps: dict[str, App] = {}
        self.apps_by_host: dict[str, App] = {}
        self.networks: Networks = ()
        self.required_factors: RequiredFactors = NOTHING_REQUIRED
        self.device_rules = DeviceRules()
        self.rules: dict[type, object] = {}
        self._not_before = NotBefore()
        self._by_hash = self._issued.by_hash
        self._last_used = self._issued.last_used
        self._latest: dict[bytes, _Latest] = self._issued.latest
        self._assembled = Assembled(self._issued)
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
        """Who asks: a person, with when they must have enrolled what they lack, and their first day; or a workload."""
        person = self.people.get(person_id)
        if person is None:
            return self.workloads.get(person_id) or self.synthetic.get(person_id)
        dues, first_day = self.dues_of(person_id), self.first_days.get(person_id, "")
        if not (dues or first_day):
            return person
        return replace(person, must_enrol_at=dues[0].at if dues else 0, first_day=first_day)

    def dues_of(self, person_id: str) -> tuple[Due, ...]:
        """What somebody still has to set up, the most urgent first."""
        person = self.people.get(person_id)
        if person is None:
            return ()
        return self.required_factors.dues_of(person, self.enrolled.get(person_id, NO_FACTORS))

    def session_state(self, session: Session | None, app_id: str, now: Instant, *, idles: bool = True) -> SessionState:
        """What `session` is worth on the host of `app_id` ("" for the sign-in host).

        `idles`: it ends where nobody used it for long, which is so for all that a cookie or a token opens.
        """
        if session is None:
            return SessionState.NOT_SIGNED_IN
        if session.app != app_id:
            return SessionState.OTHER_APP
        lifetime = self._lifetime(session)
        if lifetime.state is not SessionState.LIVE:
            return lifetime.state
        has_idled = idles and now >= self._last_used.get(lifetime.root_id, 0) + lifetime.idle_ms
        return SessionState.ENDED if has_idled or now >= lifetime.ends_at else SessionState.LIVE

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

    def ends_at(self, session: Session, *, idles: bool = True) -> Instant:
        """The instant at which time alone ends `session`, if nobody uses it again, where it `idles`."""
        root = self.root_of(session) or session
        person = self.people.get(session.person_id) or self.workloads.get(session.person_id)
        account_ends = [person.ends_at] if person is not None and person.ends_at else []
        at_last = min(session.expires_at, root.expires_at, *account_ends)
        return min(at_last, self._last_used.get(root.id, root.started_at) + root.idle_ms) if idles else at_last

    def last_used(self, session_id: str) -> Instant:
        """When the session (or a session hanging on it) was last used; 0 if it is not known."""
        session = self.issued(session_id)
        return self._last_used.get(session_id, session.started_at) if session else 0

    def used(self, session: Session, now: Instant) -> None:
        """Note a use. It counts for the sign-in that the session belongs to, so an app in use keeps it from idling."""
        self._last_used[session.parent or session.id] = now

    def used_elsewhere(self, used: Mapping[str, Instant]) -> None:
        """Take over when sign-ins, by their ids, were last used at other workers."""
        own = self._last_used
        own.update({key: at for key, at in used.items() if key in self.sessions and at > own.get(key, 0)})

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
        entry = self._assembled.entry(session, address)
        facts = entry.facts.get(key)
        if facts is not None and facts.app is app and facts.session is session:
            return facts
        if self.apps.get(app.id) is app and self._is_newest(session):
            self._assembled.expect(session, address)
            facts = entry.facts[key] = assemble(self, session, app, address)
            return facts
        facts = assemble(self, session, app, address)  # such as of a workload that proved itself just now
        return facts if session is None else self._assembled.as_last_time(session, app.id, facts)

    def on(self, facts: Facts, device: Device) -> Facts:
        """These facts, as those of a request that is known to come from this device."""
        return on_device(self, facts, device)

    def root_of(self, session: Session) -> Session | None:
        """The sign-in that a session belongs to, which may be itself; None where that is gone."""
        return self.sessions.get(session.parent) if session.parent else session

    def risk_of(self, person_id: str) -> Risk:
        """The risk of a person or workload, whatever session or device they come with."""
        return self.risks.get(person_id, self.unsaid_risk)

    def place(self, address: str) -> Place:
        """What is known of an address, and its named network."""
        written = normal(address)
        if not written:
            return NOWHERE
        named = network_of(written, self.networks)
        return replace(self.places.get(written) or self._locate(written, named), address=written, network=named)

    def subjects(self, session: Session | None, address: str) -> frozenset[Subject]:
        """What the facts of this session (None: nobody) from this address, and its state, depend on.

        `EVERYBODY` comes on top.
        """
        found: set[Subject] = {("place", normal(address))}
        if session is None:
            return frozenset(found)
        if session.parent:
            found.add(("session", session.parent))
        for each in (session, self.root_of(session)):
            if each is not None:
                found |= {("session", each.id), ("person", each.person_id)}
                if each.device_id:
                    found.add(("device", each.device_id))
                found |= {("device", device_id) for device_id in self._issued.seen_on.get(each.id, ())}
        return frozenset(found)

    # What the change feed tells

    def set_not_before(self, subject: Subject, at: Instant) -> None:
        """Whatever was issued to `subject` before `at` is dead. It only ever moves forward."""
        if self._not_before.move(subject, at):
            self._changed(subject)

    def set_company(
        self,
        apps: Iterable[App],
        groups: Iterable[Group],
        networks: Networks = (),
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
        self._assembled.forget(subject)
        for told in tuple(self._watchers):
            told(subject)

    # Inside

    def _admit(self, token_hash: bytes, app: App, address: str, now: Instant) -> Admitted:
        """As `admit`, worked out in full, and kept for the next request with this token from this address."""
        session = self._by_hash.get(token_hash)
        entry = self._assembled.entry(session, address)
        state = self.session_state(session, app.id, now)
        if state is not SessionState.LIVE or session is None:
            return None, state, self.facts(None, app, address)
        lifetime = self._lifetime(session)
        self._last_used[lifetime.root_id] = now
        admitted = (session, state, self.facts(session, app, address))
        self._latest[token_hash] = (app, address, lifetime.root_id, lifetime.ends_at, lifetime.idle_ms, admitted)
        if not self._assembled.is_current(session, entry) or self._by_hash.get(token_hash) is not session:
            self._latest.pop(token_hash, None)  # it has changed meanwhile, on another thread
        return admitted

    def _is_newest(self, session: Session | None) -> bool:
        """Whether this is the newest state of the session. Nothing is kept for another: no change would drop it."""
        return session is None or self.issued(session.id) is session

    def _lifetime(self, session: Session) -> Lifetime:
        """What can be told of a session until a fact changes; its idle time is counted from its last use."""
        entry = self._assembled.entry(session)
        if not self._is_newest(session):
            return self._worked_out(session)
        lifetime = entry.lifetime
        if lifetime is None:
            lifetime = entry.lifetime = self._worked_out(session)
        return lifetime

    def _worked_out(self, session: Session) -> Lifetime:
        root = self.root_of(session)
        is_revoked = self._is_dead(session) or (root is not None and root is not session and self._is_dead(root))
        lifetime = lifetime_of(session, root, self.principal(session.person_id), is_revoked=is_revoked)
        self._last_used.setdefault(lifetime.root_id, (root or session).started_at)
        return lifetime

    def _is_dead(self, session: Session) -> bool:
        return self._not_before.kills(session, self._issued.seen_on.get(session.id, ()))
