"""What somebody has of identity's that somebody else has to take over, or that ends with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from limen.identity.membership import Membership
from limen.identity.model import PersonStatus, Terms
from limen.identity.store import app_tokens, people, workloads
from limen.pillar.holdings import Holding, Holdings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.facts import Person
    from limen.storage import Transaction


def _groups(connection: Connection, person: Person, _now: Instant) -> list[Holding]:
    """Groups that would have nobody active in them without this person."""
    there = {PersonStatus.ACTIVE, PersonStatus.INVITED}
    others = [one for one in people.members(connection) if one.status in there and one.person.id != person.id]
    held = {group for one in others for group in one.person.groups}
    note = "Nobody else is in it. Whoever takes it over joins it, and has its access."
    return [Holding(group, group, "/console/groups", note) for group in sorted(person.groups - held)]


def _join(transaction: Transaction, ids: Sequence[str], _person: Person, to: Person, now: Instant, by: str) -> int:
    before = people.groups_of(transaction.connection, to.id)
    joins = frozenset(ids) - before
    if joins:
        Membership(transaction, now, by).set_groups(to.id, before | joins)
    return len(joins)


def _tokens(connection: Connection, person: Person, now: Instant) -> list[Holding]:
    held = [one for one in app_tokens.of(connection, owner_id=person.id) if one.is_good(now)]
    note = "It ends with their access. What uses it needs a token of a workload."
    return [Holding(one.id, f"{one.name} ({one.app})", f"/console/people/{person.id}", note) for one in held]


def _workloads(connection: Connection, person: Person, _now: Instant) -> list[Holding]:
    """Programs that this person answers for."""
    held = [one for one in workloads.all_known(connection) if one.active and one.owner == person.id]
    return [Holding(one.id, one.name, "/console/workloads", one.purpose) for one in held]


def _answer_for(
    transaction: Transaction, ids: Sequence[str], person: Person, to: Person, _now: Instant, _by: str
) -> int:
    held = [workloads.by_id(transaction.connection, one) for one in ids]
    theirs = [one for one in held if one is not None and one.owner == person.id]
    for one in theirs:
        terms = Terms(owner=to.id, purpose=one.purpose, expires_at=one.expires_at)
        workloads.set_terms(transaction.connection, one.id, terms)
    return len(theirs)


HOLDINGS: Final = (
    Holdings("workloads", "Workloads that they answer for", _workloads, _answer_for),
    Holdings("groups", "Groups that nobody else is in", _groups, _join),
    Holdings("tokens", "Tokens that programs use", _tokens),
)
