"""What waits for somebody's word on access: rows of reviews, and requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from limen.access import store
from limen.access.reviews import store as reviews
from limen.access.service_accounts import store as service_accounts
from limen.pillar.holdings import Holding, Holdings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from limen.clock import Instant
    from limen.facts import Person
    from limen.storage import Transaction


def _rows(connection: Connection, person: Person, _now: Instant) -> list[Holding]:
    """Open reviews, each with how many rows wait for them."""
    waiting = reviews.waiting_for(connection, person.id)
    note = "Whoever takes them over decides about all of them but their own access."
    return [
        Holding(review, f"{name}: {len(rows)} to decide", f"/console/reviews/{review}", note)
        for (review, name), rows in waiting.items()
    ]


def _take_rows(
    transaction: Transaction, ids: Sequence[str], person: Person, to: Person, _now: Instant, _by: str
) -> int:
    waiting = reviews.waiting_for(transaction.connection, person.id)
    rows = [row for (review, _), found in waiting.items() if review in ids for row in found if row.person_id != to.id]
    for row in rows:
        reviewers = tuple(dict.fromkeys(to.id if one == person.id else one for one in row.reviewers))
        reviews.set_reviewers(transaction.connection, row.id, reviewers)
    return len(rows)


def _requests(connection: Connection, person: Person, now: Instant) -> list[Holding]:
    note = "Somebody else who may approve it has to, or it escalates. Approvers are named in access.yaml."
    open_ones = [one for one in store.open_requests(connection, person.id) if one.expires_at > now]
    return [Holding(one.id, f"{one.app}: {', '.join(one.actions)}", "/console/access", note) for one in open_ones]


def _service_accounts(connection: Connection, person: Person, _now: Instant) -> list[Holding]:
    held = [one for one in service_accounts.every(connection) if one.owner == person.id]
    return [Holding(one.id, f"{one.name} ({one.directory})", "/console/service-accounts", one.purpose) for one in held]


def _claim(transaction: Transaction, ids: Sequence[str], person: Person, to: Person, now: Instant, by: str) -> int:
    """The purpose and the end stay as they were said."""
    held = [service_accounts.by_id(transaction.connection, one) for one in ids]
    theirs = [one for one in held if one is not None and one.owner == person.id]
    for one in theirs:
        service_accounts.claim(transaction.connection, replace(one, owner=to.id, claimed_at=now, claimed_by=by))
    return len(theirs)


HOLDINGS: Final = (
    Holdings("reviews", "Reviews of access that wait for them", _rows, _take_rows),
    Holdings("service accounts", "Service accounts that they answer for", _service_accounts, _claim),
    Holdings("requests", "Requests that they may approve", _requests),
)
