"""Go to: pages, people, apps, policies, revisions and decisions by what they are called, the best first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final
from unicodedata import combining, normalize

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from limen.company import store
from limen.company.store import Revision
from limen.web.console.rows import titles_of
from limen.web.page import Route
from limen.web.permissions import READ, SEE_PEOPLE
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", "/console/find", SEE_PEOPLE),)

MOST_FOUND: Final = 20
LONGEST: Final = 80
"""Letters of what is looked for."""
_DECISION: Final = re.compile(r"[0-9a-f]{24}(-[1-9][0-9]{0,8})?")
_REVISION: Final = re.compile(r"[0-9a-f]{4,64}")
_JSON: Final = "application/json"


@dataclass(frozen=True, slots=True)
class Found:
    """Somewhere to go. `kind` says what it is, `hint` what tells it from others of its name."""

    kind: str
    title: str
    hint: str
    href: str


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/find")
    async def look(request: Request, visit: Authorized) -> Response:
        asked = " ".join(query(request, "q", LONGEST).split())
        reads = visit.action in READ
        among = [one for one in places(site, visit.may) if reads or one.kind in {"Page", "Person"}]
        found = best(asked, [*among, *(await _by_id(site, asked) if reads else ())])
        if _JSON in request.headers.get("accept", ""):
            return JSONResponse([{"kind": o.kind, "title": o.title, "hint": o.hint, "href": o.href} for o in found])
        return site.page("console/find.html", visit, q=asked, found=found, most=MOST_FOUND)

    return router


def best(asked: str, among: Iterable[Found], most: int = MOST_FOUND) -> list[Found]:
    """Whatever has every word that was asked for; without any word, the pages."""
    asked = plain(asked)
    words = asked.split()
    if not words:
        return [one for one in among if one.kind == "Page"][:most]
    ranked = ((rank, place, one) for place, one in enumerate(among) if (rank := _rank(one, asked, words)) is not None)
    return [one for _, _, one in nsmallest(most, ranked, key=lambda each: each[:2])]


def places(site: Site, may: frozenset[str]) -> Iterator[Found]:
    """Everything that can be gone to by somebody who may do these things, from memory."""
    yield from (Found("Page", page.title, page.hint, page.path) for page in site.registry.places(may))
    for app in sorted(site.known.apps.values(), key=lambda app: app.name.casefold()):
        yield Found("App", app.name, app.place, f"/console/apps/{app.id}")
    for person in sorted(site.known.people.values(), key=lambda person: person.name.casefold()):
        if not person.is_workload:
            yield Found("Person", person.name, person.email, f"/console/people/{person.id}")
    titles = titles_of(site.ports.in_force.engine)
    for policy in site.ports.in_force.engine.policies:
        yield Found("Policy", titles.get(policy.id, policy.id), policy.id, f"/console/policies/{policy.id}")
    for group in site.known.groups.values():
        yield Found("Group", group.title or group.id, group.id, f"/console/people?group={group.id}")


async def _by_id(site: Site, asked: str) -> list[Found]:
    """The decision of this id, and revisions whose id begins so. Only what may be an id asks the database."""
    if _DECISION.fullmatch(asked):
        return [Found("Decision", asked, "the decision or event with this ID", f"/console/decisions/{asked}")]
    if not _REVISION.fullmatch(asked):
        return []
    named: list[Revision] = await site.ports.database.reading(lambda snapshot: store.named(snapshot, asked, 5))
    return [Found("Revision", one.id[:12], one.reason, f"/console/revisions/{one.seq}") for one in named]


def plain(text: str) -> str:
    """Small letters without their marks, so that `muller` finds Müller."""
    if text.isascii():
        return text.casefold()
    return "".join(letter for letter in normalize("NFKD", text.casefold()) if not combining(letter))


def _rank(one: Found, asked: str, words: list[str]) -> int | None:
    """How well it fits, 0 best; None where it has not every word. The name counts before what stands beside it."""
    title, hint = plain(one.title), plain(one.hint)
    href_id = one.href.rpartition("/")[2]
    if asked in {title, hint, href_id}:
        return 0
    if title.startswith(asked):
        return 1
    parts = re.split(r"[\s@.\-_]+", title)
    if all(any(part.startswith(word) for part in parts) for word in words):
        return 2
    if all(word in title for word in words):
        return 3
    if all(word in title or word in hint for word in words):
        return 4 if one.kind != "Page" else 5
    return 6 if one.kind == "Revision" and asked.startswith(title) else None
