"""Reads who may do what by the policies in force, and what was said and done about it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from limen.access import store
from limen.access.model import HeldGrant
from limen.access.reviews import store as reviews
from limen.access.reviews.model import ReviewRow
from limen.access.reviews.reach import Reach
from limen.access.reviews.rows import held_now
from limen.access.standing.listing import listed
from limen.access.standing.privilege import standing_privilege
from limen.clock import DAY, Instant, Milliseconds
from limen.company.company import Company
from limen.facts import LIMEN, Person
from limen.identity.model import Member
from limen.identity.store import workloads
from limen.roadmap.data.carried_out import not_carried_out
from limen.roadmap.data.elevated import elevated_uses
from limen.roadmap.data.evidence import AccessEvidence, HeldWay, Opened
from limen.roadmap.lasting import lasting
from limen.roadmap.sources import Sources
from limen.storage import Snapshot

USED_FOR: Final[Milliseconds] = 90 * DAY
REVIEWED_FOR: Final[Milliseconds] = 180 * DAY
_BREATHES_AFTER: Final = 200


def access_evidence(
    sources: Sources, company: Company, members: Sequence[Member], breathe: Callable[[], object]
) -> AccessEvidence:
    """By the policies in force. `breathe` is called between parts: what it raises ends the work."""
    now, apps = sources.now, list(company.all_apps.values())
    services, live, past, reasons, decided = sources.database.read(lambda snapshot: _held(snapshot, now))
    people = {one.person.id: one.person for one in members}
    breathe()
    whose = (*people.values(), *services)
    found = lasting(
        company, "privilege", whose, now, lambda: standing_privilege(company.engine(), whose, apps, since=now)
    )
    breathe()
    reach = lasting(company, "access", (), now, lambda: Reach(company.engine(), now))
    ways, opened = [], []
    for number, person in enumerate(people.values()):
        if number % _BREATHES_AFTER == 0:
            breathe()
        mine = [one for one in live if one.person_id == person.id]
        for app in apps:
            ways += [
                HeldWay(person.id, app.id, one, _given_at(one.by, mine)) for one in held_now(reach, person, app, mine)
            ]
            can = tuple(reach.opened(person, app)) if app.id != LIMEN else ()
            opened += [Opened(person.id, app.id, can)] if can else []
    breathe()
    everybody = people | {one.id: one for one in services}
    return AccessEvidence(
        workloads=services,
        standing=listed(found, everybody, apps),
        elevated=elevated_uses(sources.reader, apps, now - USED_FOR, breathe),
        grants={one.id: one for one in past},
        reasons=reasons,
        ways=tuple(ways),
        opened=tuple(opened),
        decided=decided,
        not_done=not_carried_out(sources, decided, ways, people),
    )


_Kept = tuple[tuple[Person, ...], list[HeldGrant], list[HeldGrant], dict[str, str], tuple[ReviewRow, ...]]


def _held(snapshot: Snapshot, now: Instant) -> _Kept:
    connection = snapshot.connection
    return (
        tuple(one.principal for one in workloads.all_known(connection)),
        store.live_grants(connection, now),
        store.every_grant(connection, now - USED_FOR, most=0),
        store.reasons_of(connection, 0),
        tuple(reviews.decided_since(connection, now - REVIEWED_FOR)),
    )


def _given_at(grant_id: str, live: Iterable[HeldGrant]) -> Instant:
    """When somebody else approved it."""
    return next(
        (one.since for one in live if one.id == grant_id and set(one.approvers) - {one.person_id}),
        0,
    )
