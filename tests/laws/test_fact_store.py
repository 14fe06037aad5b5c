"""Whatever was put, dropped and revoked in which order: what is known is what a store that only ever saw the newest
rows knows; whoever watches is told of each subject whose answer changes; and what nobody told of stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256
from ipaddress import ip_network
from typing import Any

from hypothesis import given, settings, strategies as st

from limen.clock import HOUR
from limen.facts import (
    EVERYBODY,
    UNKNOWN_RISK,
    App,
    Auth,
    Device,
    Factor,
    FactStore,
    Grant,
    Label,
    Person,
    Place,
    Risk,
    Session,
    Upstream,
)

NOW = 1_795_000_000_000
PEOPLE, WORKLOADS, DEVICES = ("p1", "p2"), ("w1",), ("d1", "d2")
ROOTS, CHILDREN, TOKENS = ("r1", "r2"), ("c1", "c2"), ("t1",)
ADDRESSES = ("203.0.113.9", "2001:DB8::1", "198.51.100.7", "nonsense")
NORMAL = ("203.0.113.9", "2001:db8::1", "198.51.100.7")
RISKS = (
    *[("risks", key) for key in PEOPLE],
    *[("session_risks", key) for key in (*ROOTS, *CHILDREN)],
    *[(table, key) for table in ("device_risks", "detected_device_risks") for key in DEVICES],
)
OFFICES = ((), (("office", ip_network("203.0.113.0/24")),), (("home", ip_network("2001:db8::/32")),))


def apps(label: Label) -> tuple[App, ...]:
    where = Upstream("http://127.0.0.1:9")
    return (
        App("wiki", "Wiki", "wiki.harbor.example", where, label),
        App("git", "Git", "git.harbor.example", where, Label.INTERNAL),
    )


@dataclass
class Rows:
    """What a database would hold."""

    company: tuple[Any, ...] = (apps(Label.INTERNAL), ())
    nouns: dict[tuple[str, str], Any] = field(default_factory=dict)
    learned: dict[tuple[tuple[str, str], str], Any] = field(default_factory=dict)
    not_before: dict[tuple[str, str], int] = field(default_factory=dict)
    unsaid_risk: Risk = UNKNOWN_RISK

    def fresh(self) -> FactStore:
        known = FactStore()
        known.set_company(self.company[0], (), self.company[1])
        for (table, key), row in self.nouns.items():
            _put(known, table, key, row)
        for (subject, path), value in self.learned.items():
            known.learned.put(subject, path, value)
        for subject, at in self.not_before.items():
            known.set_not_before(subject, at)
        known.set_unsaid_risk(self.unsaid_risk)
        return known


def _put(known: FactStore, table: str, key: str, row: Any) -> None:
    if table in {"sessions", "tokens"}:
        getattr(known, table).put(row[0], row[1])
    elif table in {"risks", "session_risks", "device_risks", "detected_device_risks", "grants", "places"}:
        getattr(known, table).put(key, row)
    else:
        getattr(known, table).put(row)


Step = tuple[Callable[[FactStore], None], Callable[[Rows], None]]
SUBJECT_OF = {
    "people": "person",
    "workloads": "person",
    "devices": "device",
    "sessions": "session",
    "tokens": "session",
}


def put(table: str, key: str, row: Any) -> Step:
    return lambda known: _put(known, table, key, row), lambda rows: rows.nouns.update({(table, key): row})


def drop(table: str, key: str) -> Step:
    def from_rows(rows: Rows) -> None:
        if rows.nouns.pop((table, key), None) is not None and table in SUBJECT_OF:
            gone = (SUBJECT_OF[table], key)
            rows.learned = {about: value for about, value in rows.learned.items() if about[0] != gone}

    return lambda known: getattr(known, table).drop(key), from_rows


def learn(subject: tuple[str, str], value: Any) -> Step:
    path = f"{subject[0]}.extra"
    return (
        lambda known: known.learned.put(subject, path, value),
        lambda rows: rows.learned.update({(subject, path): value}),
    )


def unlearn(subject: tuple[str, str]) -> Step:
    path = f"{subject[0]}.extra"
    return lambda known: known.learned.drop(subject, path), lambda rows: rows.learned.pop((subject, path), None)


def revoke(subject: tuple[str, str], at: int) -> Step:
    def in_rows(rows: Rows) -> None:
        rows.not_before[subject] = max(at, rows.not_before.get(subject, 0))

    return lambda known: known.set_not_before(subject, at), in_rows


def unsaid(risk: Risk) -> Step:
    return lambda known: known.set_unsaid_risk(risk), lambda rows: setattr(rows, "unsaid_risk", risk)


def publish(label: Label, networks: Any) -> Step:
    company = (apps(label), networks)
    return lambda known: known.set_company(company[0], (), networks), lambda rows: setattr(rows, "company", company)


auths = st.builds(Auth, st.integers(0, 3), st.just(frozenset({Factor.PASSKEY})), st.just(NOW))
values = st.one_of(st.booleans(), st.integers(0, 2), st.sampled_from(["", "a"]), st.just(("a", "b")))
subjects = st.one_of(
    st.tuples(st.just("person"), st.sampled_from([*PEOPLE, *WORKLOADS])),
    st.tuples(st.just("device"), st.sampled_from(DEVICES)),
    st.tuples(st.just("session"), st.sampled_from([*ROOTS, *CHILDREN, *TOKENS])),
)
about = st.one_of(subjects, st.tuples(st.just("place"), st.sampled_from(NORMAL)))


@st.composite
def issued(draw: Any, table: str, key: str) -> Step:
    """A session or a token, perhaps with a new secret, of somebody else, or on another device than before."""
    is_child = key in CHILDREN
    session = Session(
        id=key,
        person_id=draw(st.sampled_from([*PEOPLE, *WORKLOADS])),
        auth=draw(auths),
        started_at=NOW - draw(st.integers(0, 2)) * HOUR,
        expires_at=NOW + draw(st.sampled_from([0, HOUR])),
        idle_ms=12 * HOUR,
        app=draw(st.sampled_from(["wiki", "git"])) if is_child or table == "tokens" else "",
        parent=draw(st.sampled_from(ROOTS)) if is_child else "",
        device_id=draw(st.sampled_from(["", *DEVICES])),
        binding=draw(st.integers(0, 1)),
    )
    secret = sha256(f"{key} {draw(st.integers(0, 1))}".encode()).digest()
    return put(table, key, (secret, session))


steps = st.one_of(
    *[
        st.builds(
            Person, st.just(key), groups=st.sampled_from([frozenset(), frozenset({"staff"})]), active=st.booleans()
        ).map(lambda person: put("people", person.id, person))
        for key in PEOPLE
    ],
    st.booleans().map(lambda active: put("workloads", "w1", Person("w1", active=active, is_workload=True))),
    *[
        st.builds(Device, st.just(key), known=st.just(True), managed=st.booleans(), seen_at=st.integers(0, 2)).map(
            lambda device: put("devices", device.id, device)
        )
        for key in DEVICES
    ],
    *[issued("sessions", key) for key in (*ROOTS, *CHILDREN)],
    *[issued("tokens", key) for key in TOKENS],
    st.tuples(st.sampled_from(RISKS), st.integers(0, 4)).map(lambda s: put(*s[0], Risk(s[1], known=True))),
    st.sampled_from([UNKNOWN_RISK, Risk(0, known=True), Risk(3, known=True)]).map(unsaid),
    st.tuples(st.sampled_from(PEOPLE), st.integers(1, 2)).map(
        lambda g: put("grants", g[0], (Grant("g", "wiki", frozenset({"edit"}), NOW + g[1]),))
    ),
    st.tuples(st.sampled_from(NORMAL), st.sampled_from(["DE", "NL"])).map(
        lambda p: put("places", p[0], Place(p[0], known=True, country=p[1], anonymiser=False))
    ),
    st.sampled_from(
        [
            *[("people", key) for key in PEOPLE],
            ("workloads", "w1"),
            *[("devices", key) for key in DEVICES],
            *[("sessions", key) for key in (*ROOTS, *CHILDREN)],
            ("tokens", "t1"),
            *RISKS,
            *[("grants", key) for key in PEOPLE],
            *[("places", key) for key in NORMAL],
        ]
    ).map(lambda row: drop(*row)),
    st.tuples(about, values).map(lambda fact: learn(*fact)),
    about.map(unlearn),
    st.tuples(st.one_of(subjects, st.just(("company", ""))), st.integers(-2, 0)).map(
        lambda mark: revoke(mark[0], NOW + mark[1] * HOUR)
    ),
    st.tuples(st.sampled_from([Label.INTERNAL, Label.RESTRICTED]), st.sampled_from(OFFICES)).map(lambda c: publish(*c)),
)

SECRETS = [sha256(f"{key} {n}".encode()).digest() for key in (*ROOTS, *CHILDREN, *TOKENS) for n in (0, 1)]


def begun() -> Rows:
    """Everybody is signed in somewhere, so that whatever changes, it changes something."""
    rows = Rows()
    auth = Auth(3, frozenset({Factor.PASSKEY}), NOW)
    for key in PEOPLE:
        rows.nouns["people", key] = Person(key, active=True)
    for number in (0, 1):
        root = Session(f"r{number + 1}", PEOPLE[number], auth, NOW - HOUR, NOW + HOUR, 12 * HOUR, device_id="d1")
        child = replace(root, id=f"c{number + 1}", app="wiki", parent=root.id, device_id=("", "d2")[number])
        for each in (root, child):
            rows.nouns["sessions", each.id] = (sha256(f"{each.id} 0".encode()).digest(), each)
        rows.learned[("device", f"d{number + 1}"), "device.extra"] = True
        rows.nouns["devices", f"d{number + 1}"] = Device(f"d{number + 1}", known=True)
    return rows


def answers(known: FactStore) -> dict[tuple[str, str, str], tuple[Any, ...]]:
    """All that any door could be told: the standing and the facts of each session on each app from each address."""
    found: dict[tuple[str, str, str], tuple[Any, ...]] = {}
    for session_id in ("", *ROOTS, *CHILDREN, *TOKENS):
        session = known.issued(session_id) if session_id else None
        for app in known.apps.values():
            for address in ADDRESSES:
                standing = known.session_state(session, app.id, NOW)
                facts = known.facts(session, app, address)
                found[session_id, app.id, address] = (session, standing, facts)
    for number, secret in enumerate(SECRETS):
        for app in known.apps.values():
            found["secret", app.id, str(number)] = known.admit(secret, app, ADDRESSES[0], NOW)
    return found


@settings(max_examples=200, deadline=None)
@given(st.lists(steps, max_size=14))
def test_what_is_known_is_what_the_newest_rows_say(sequence: list[Step]) -> None:
    rows = begun()
    known = rows.fresh()
    told: set[tuple[str, str]] = set()
    known.watch(told.add)
    before = answers(known)
    for in_store, in_rows in sequence:
        hung_on = {
            key: known.subjects(answer[0], key[2]) | {("session", key[0])}
            for key, answer in before.items()
            if key[0] != "secret"
        }
        told.clear()
        in_store(known)
        in_rows(rows)
        after = answers(known)
        assert after == answers(rows.fresh())
        for key, subjects_then in hung_on.items():
            if not told & (subjects_then | EVERYBODY):
                assert after[key] == before[key]
            if not told & {*(("place", address) for address in NORMAL), *subjects_then, *EVERYBODY}:
                assert after[key][2] is before[key][2], "assembled anew, though nothing it hangs on was told of"
        before = after
