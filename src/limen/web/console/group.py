"""One group: who is in it and by whom, what it opens that others don't have, and what depends on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.access.effective.rows import Answer, Row
from limen.company.removals import uses_of_group
from limen.facts import Person
from limen.identity.sources.owning import Ownership
from limen.storage import Snapshot
from limen.web.access.effective import effective, words_of
from limen.web.console.changes import Changes
from limen.web.console.view_audit import audit_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", "/console/groups/{group_id}", READ),)
MOST_SHOWN: Final = 200


@dataclass(frozen=True, slots=True)
class InGroup:
    """Somebody in the group; `source` is the title of the source that put them there ("": somebody here did)."""

    person: Person
    source: str


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/groups/{group_id}")
    async def look(group_id: str, visit: Authorized) -> Response:
        group = site.known.groups.get(group_id)
        if group is None:
            raise HTTPException(404)
        audit_view(site, visit, "group")
        members = await site.ports.database.reading(lambda snapshot: _members(site, snapshot, group_id))
        declared = site.identity.sources.declared
        return site.page(
            "console/group.html",
            visit,
            current="/console/people",
            group=group,
            members=members,
            inactive=sum(not one.person.active for one in members),
            most=MOST_SHOWN,
            deciding=[one for one in declared if group_id in one.given_groups],
            uses=uses_of_group(changes.company, group_id),
            rows=await opened_by(site, group_id, visit.now),
            **words_of(site),
        )

    return router


async def opened_by(site: Site, group_id: str, now: int) -> list[Row]:
    """What opens to somebody who is in this group alone, and not in the same way to whoever is in none."""
    inside = Person("somebody", "Somebody", groups=frozenset({group_id}), active=True)
    outside = Person("other", "Somebody else", active=True)
    found = await effective(site, [inside, outside], site.known.apps.values(), now)
    of_others = {_opens(row) for row in found.of(outside)}
    return [row for row in found.of(inside) if row.answer is not Answer.NEVER and _opens(row) not in of_others]


def empty_or_unused(members: int, policies: Iterable[str], apps: Iterable[str]) -> str:
    """Why a group may not be needed; "" where it is."""
    is_named = any(True for _ in policies) or any(True for _ in apps)
    return "" if members and is_named else "empty" if is_named else "unused"


def _opens(row: Row) -> object:
    return row.app, row.label, row.actions, row.answer, row.whens


def _members(site: Site, snapshot: Snapshot, group_id: str) -> list[InGroup]:
    """By name; of everybody who is known, also of whom was let go."""
    owned = site.identity.sources.ownerships(snapshot)
    found = []
    for person in sorted(site.known.people.values(), key=lambda one: one.name.casefold()):
        if group_id in person.groups:
            source = owned.get(person.id, Ownership()).groups.get(group_id)
            found.append(InGroup(person, source.title if source is not None else ""))
    return found
