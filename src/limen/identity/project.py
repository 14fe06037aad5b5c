"""How identity's rows become facts: all of them at start-up, then each that the change feed names.

Reading happens in a worker thread on one snapshot; what comes back is applied to `FactStore` on the event loop.
"""

from __future__ import annotations

from collections.abc import Callable

from limen.clock import Instant
from limen.facts import FactStore, Person
from limen.identity.store import app_tokens, people, sessions, workloads
from limen.identity.workload import Workload
from limen.storage.database import Snapshot
from limen.storage.feed import Feed

Apply = Callable[[FactStore], None]


def register(feed: Feed, known: FactStore, now: Callable[[], Instant]) -> None:
    """Have the feed keep people, sessions and `not_before` in `known`."""
    feed.at_start(lambda snapshot: read_all(snapshot, now()), lambda apply: apply(known))
    kinds = (
        ("person", read_person),
        ("session", read_session),
        ("not_before", read_not_before),
        ("workload", read_workload),
        ("app_token", read_app_token),
    )
    for kind, load in kinds:
        feed.on(kind, load, lambda _key, apply: apply(known))


def read_all(snapshot: Snapshot, now: Instant) -> Apply:
    """Everything identity knows. Applied again, it also drops what is gone."""
    persons = people.everybody(snapshot.connection)
    marks = sessions.all_not_before(snapshot.connection)
    opened = sessions.all_good(snapshot.connection, now)
    askers = [_as_asker(one) for one in workloads.all_known(snapshot.connection)]
    tokens = app_tokens.all_kept(snapshot.connection)

    def apply(known: FactStore) -> None:
        for kind, key, at in marks:
            known.set_not_before((kind, key), at)
        for person_id in known.people.keys() - {person.id for person in persons}:
            known.people.drop(person_id)
        for session_id in known.sessions.keys() - {session.id for _, session, _ in opened}:
            known.sessions.drop(session_id)
        for person in persons:
            known.people.put(person)
        for token_hash, session, last_used in opened:
            known.sessions.put(token_hash, session, last_used)
        for workload_id in known.workloads.keys() - {asker.id for asker in askers}:
            known.workloads.drop(workload_id)
        for token_id in known.tokens.keys() - {token.id for _, token in tokens}:
            known.tokens.drop(token_id)
        for asker in askers:
            known.workloads.put(asker)
        for token_hash, token in tokens:
            known.tokens.put(token_hash, token.session)

    return apply


def read_person(snapshot: Snapshot, person_id: str) -> Apply:
    person = people.by_id(snapshot.connection, person_id)
    if person is None:
        return lambda known: known.people.drop(person_id)
    found = person
    return lambda known: known.people.put(found)


def read_session(snapshot: Snapshot, session_id: str) -> Apply:
    row = sessions.by_id(snapshot.connection, session_id)
    if row is None:
        return lambda known: _drop_with_children(known, session_id)
    token_hash, session, last_used = row
    return lambda known: known.sessions.put(token_hash, session, last_used)


def read_workload(snapshot: Snapshot, workload_id: str) -> Apply:
    workload = workloads.by_id(snapshot.connection, workload_id)
    if workload is None:
        return lambda known: known.workloads.drop(workload_id)
    found = _as_asker(workload)
    return lambda known: known.workloads.put(found)


def read_app_token(snapshot: Snapshot, token_id: str) -> Apply:
    row = app_tokens.by_id(snapshot.connection, token_id)
    if row is None:
        return lambda known: known.tokens.drop(token_id)
    token_hash, token = row
    return lambda known: known.tokens.put(token_hash, token.session)


def _as_asker(workload: Workload) -> Person:
    return Person(workload.id, workload.name, groups=workload.groups, active=workload.active, is_workload=True)


def read_not_before(snapshot: Snapshot, written: str) -> Apply:
    """The key of a "not_before" change is `kind:key`."""
    kind, _, key = written.partition(":")
    at = sessions.not_before_of(snapshot.connection, kind, key)
    return lambda known: known.set_not_before((kind, key), at)


def _drop_with_children(known: FactStore, session_id: str) -> None:
    for child in known.issued_to(("session", session_id)):
        known.sessions.drop(child.id)
    known.sessions.drop(session_id)
