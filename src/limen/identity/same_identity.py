"""Whom a source of people and an upstream issuer both mean, where `people.yaml` says that they are one system.

What tells it is the source's own ID of somebody, which the issuer says in a claim of its signed answer. An address or
a name tells nothing: whoever writes it there may not be whom it belongs to here. The issuer is told by its identifier,
byte for byte, so another tenant is another issuer. Who has a role in Limen, or is linked to another account there, is
linked by hand alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from limen.facts import Person, Vouched
from limen.identity.model import PersonStatus
from limen.identity.sources import store as records
from limen.identity.sources.model import LONGEST_ID, PeopleSources, Source, SourceKind, Waits
from limen.identity.sources.scim import store as scim
from limen.identity.sources.store import Record
from limen.identity.store import issuer_accounts, people
from limen.policy.roles import Guarding
from limen.storage.database import Snapshot


@dataclass(frozen=True, slots=True)
class SameIdentity:
    """Who it is once they have signed in, by which source; or `why` it is nobody although a source names them: a word
    for the journal.
    """

    person: Person | None = None
    source: str = ""
    why: str = ""


def same_identity(snapshot: Snapshot, sources: PeopleSources, guarding: Guarding, vouched: Vouched) -> SameIdentity:
    """Whom an account that is linked to nobody belongs to. Nobody where two sources name different people."""
    found = {
        record.person_id: source
        for source in sources.sources
        if source.issuer == vouched.issuer.id and (said := _said(vouched, source.claim))
        for record in _records(snapshot, source, said)
        if record.is_there and record.person_id and not (_waits(record) or record.held or record.is_due)
    }
    if len(found) != 1:
        return SameIdentity(why="same-identity-ambiguous" if found else "")
    ((person_id, source),) = found.items()
    person, status = people.by_id(snapshot.connection, person_id), people.status_of(snapshot.connection, person_id)
    if person is None or status not in {PersonStatus.ACTIVE, PersonStatus.INVITED}:
        return SameIdentity(why="person-inactive")
    if guarding.has_role(person):
        return SameIdentity(why="same-identity-has-role")
    if issuer_accounts.of(snapshot.connection, person_id, vouched.issuer.url):
        return SameIdentity(why="same-identity-linked-otherwise")
    return SameIdentity(replace(person, active=True), source.id)


def _waits(record: Record) -> bool:
    """Whether something of who they are is open. An unread day is not: it holds back by itself who is new."""
    return record.waits not in {"", Waits.FIRST_DAY_UNREAD, Waits.LAST_DAY_UNREAD}


def _said(vouched: Vouched, claim: str) -> str:
    """What the issuer says there, where it is one ID."""
    if claim == "sub":
        return vouched.subject
    values = [value for name, value in vouched.claims if name == claim]
    return values[0] if len(values) == 1 and 0 < len(values[0]) <= LONGEST_ID and values[0].isprintable() else ""


def _records(snapshot: Snapshot, source: Source, said: str) -> Iterable[Record]:
    """What the source says of whom it calls so. By SCIM that is `externalId`, which it chooses itself, and may have
    given to two: then it is neither.
    """
    known = [said]
    if source.kind is SourceKind.SCIM:
        known = [one.id for one in scim.external(snapshot.connection, source.id, scim.USER, said)]
    found = [records.record_of(snapshot.connection, source.id, one) for one in known]
    return [one for one in found if one is not None] if len(known) == 1 else []
