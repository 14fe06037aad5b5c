"""How identity's rows become facts: all of them at start-up, then each that the change feed names.

Reading happens in a worker thread on one snapshot; what comes back is applied to `FactStore` on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable, KeysView, Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection

from limen.clock import Instant
from limen.facts import FactStore, Person, Session
from limen.identity.app_token import AppToken
from limen.identity.model import Workload
from limen.identity.store import app_tokens, factors, people, sessions, workloads
from limen.storage.change_feed import Feed
from limen.storage.database import Snapshot
from limen.synthetic import is_synthetic

AUTHENTICATOR: Final = "session.authenticator"
Apply = Callable[[FactStore], None]
_Row: TypeAlias = tuple[Any, ...]
"""What the `put` of a table of facts takes."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Rows of one kind: which table of the facts they belong in, and how all of them, or one, are read."""

    table: Callable[[FactStore], Any]
    all: Callable[[Connection, Instant], dict[str, _Row]]
    one: Callable[[Connection, str], _Row | None]

    def apply(self, facts: FactStore, key: str, row: _Row | None) -> None:
        """Put the row, or drop what is gone (None); a session takes with it what hangs on it."""
        if row is not None:
            self.table(facts).put(*row)
            return
        for child in facts.issued_to(("session", key)):
            facts.sessions.drop(child.id)
        self.table(facts).drop(key)


def _principal(workload: Workload) -> _Row:
    return (workload.principal,)


def _token(row: tuple[bytes, AppToken]) -> _Row:
    return row[0], row[1].session


@dataclass(frozen=True, slots=True)
class _ProvedSessions:
    """Sessions, each with the attested model of the passkey that proved it last ("": none is known)."""

    facts: FactStore

    def put(self, token_hash: bytes, session: Session, last_used: Instant, model: str, devices: frozenset[str]) -> None:
        self.facts.sessions.put(token_hash, session, last_used)
        for device_id in sorted(devices):
            self.facts.see_on(session, device_id)
        if model:
            self.facts.learned.put(("session", session.id), AUTHENTICATOR, model)
        else:
            self.facts.learned.drop(("session", session.id), AUTHENTICATOR)

    def drop(self, key: str) -> None:
        self.facts.sessions.drop(key)

    def keys(self) -> KeysView[str]:
        return self.facts.sessions.keys()


@dataclass(frozen=True, slots=True)
class _People:
    """People, each with the first day on which anything opens to them ("": since they came). Those of probes are kept
    apart, where nobody counts them.
    """

    facts: FactStore

    def put(self, person: Person, first_day: str) -> None:
        """The day first: nothing opens in between."""
        if is_synthetic(person.id):
            self.facts.synthetic.put(person)
            return
        if first_day:
            self.facts.first_days.put(person.id, first_day)
        self.facts.people.put(person)
        if not first_day:
            self.facts.first_days.drop(person.id)

    def drop(self, key: str) -> None:
        self.facts.people.drop(key)
        self.facts.synthetic.drop(key)
        self.facts.first_days.drop(key)

    def keys(self) -> AbstractSet[str]:
        return self.facts.people.keys() | self.facts.synthetic.keys()


def _all_people(connection: Connection, _now: Instant) -> dict[str, _Row]:
    first_days = people.first_days(connection)
    every = (*people.everybody(connection), *people.synthetic(connection))
    return {one.id: (one, _written(first_days.get(one.id))) for one in every}


def _one_person(connection: Connection, key: str) -> _Row | None:
    found = people.by_id(connection, key)
    return (found, _written(people.first_day_of(connection, key))) if found is not None else None


def _written(day: date | None) -> str:
    return "" if day is None else day.isoformat()


def _all_sessions(connection: Connection, now: Instant) -> dict[str, _Row]:
    models = factors.attested_models(connection)
    seen = sessions.seen_on(connection)
    good = [(row[1].id, row) for row in sessions.all_good(connection, now)]
    return {key: (*row, models.get(key, ""), seen.get(key, frozenset())) for key, row in good}


def _session(connection: Connection, key: str) -> _Row | None:
    row = sessions.by_id(connection, key)
    if row is None:
        return None
    return (
        *row,
        factors.attested_models(connection, key).get(key, ""),
        sessions.seen_on(connection, key).get(key, frozenset()),
    )


_KINDS: Final = {
    "person": _Kind(_People, _all_people, _one_person),
    "enrolled": _Kind(
        attrgetter("enrolled"),
        lambda connection, _now: {key: (key, one) for key, one in factors.enrolled_by_person(connection).items()},
        lambda connection, key: (key, found) if (found := factors.enrolled_of(connection, key)).factors else None,
    ),
    "session": _Kind(_ProvedSessions, _all_sessions, _session),
    "workload": _Kind(
        attrgetter("workloads"),
        lambda connection, _now: {one.id: _principal(one) for one in workloads.all_known(connection)},
        lambda connection, key: _principal(found) if (found := workloads.by_id(connection, key)) else None,
    ),
    "app_token": _Kind(
        attrgetter("tokens"),
        lambda connection, _now: {row[1].id: _token(row) for row in app_tokens.all_kept(connection)},
        lambda connection, key: _token(found) if (found := app_tokens.by_id(connection, key)) else None,
    ),
}


def register(feed: Feed, facts: FactStore, now: Callable[[], Instant]) -> None:
    """Have the feed keep people, workloads, sessions, tokens and `not_before` in `facts`."""
    feed.at_start(lambda snapshot: read_all(snapshot, now()), lambda apply: apply(facts))
    for kind in _KINDS:
        feed.on(kind, partial(read_one, kind), lambda _key, apply: apply(facts))
    feed.on("not_before", read_not_before, lambda _key, apply: apply(facts))


def read_all(snapshot: Snapshot, now: Instant) -> Apply:
    """Everything identity knows. Applied again, it also drops what is gone."""
    marks = sessions.all_not_before(snapshot.connection)
    read = [(kind, kind.all(snapshot.connection, now)) for kind in _KINDS.values()]

    def apply(facts: FactStore) -> None:
        for of, key, at in marks:
            facts.set_not_before((of, key), at)
        for kind, rows in read:
            for gone in kind.table(facts).keys() - rows.keys():
                kind.apply(facts, gone, None)
            for key, row in rows.items():
                kind.apply(facts, key, row)

    return apply


def read_one(kind: str, snapshot: Snapshot, key: str) -> Apply:
    """What a change of this kind and key came to."""
    row = _KINDS[kind].one(snapshot.connection, key)
    return lambda facts: _KINDS[kind].apply(facts, key, row)


def read_not_before(snapshot: Snapshot, written: str) -> Apply:
    """The key of a "not_before" change is `kind:key`."""
    kind, _, key = written.partition(":")
    at = sessions.not_before_of(snapshot.connection, kind, key)
    return lambda facts: facts.set_not_before((kind, key), at)
