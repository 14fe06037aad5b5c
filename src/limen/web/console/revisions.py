"""What was in force when: every publication with its author and reason, and the way back to each."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.company import store
from limen.company.authors import author_name, published_where
from limen.company.publish import earlier
from limen.company.store import Revision
from limen.storage import Snapshot
from limen.web.console.changes import Changes
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query, whole
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console/revisions", "Revisions", READ, hint="publications, history, revert"),
    Route(
        "POST", "/console/revisions/{revision_id}/revert", CHANGE, does="Revert to a revision: see what would change"
    ),
)

MOST: Final = 50
_DONE: Final = {
    "published": "Published. It applies from the next request.",
    "published-network": (
        "Published. It applies from the next request, except at firewalls: "
        "they keep the rules that they have until you apply the new ones. See Firewalls."
    ),
    "same": "That revision is already in force, so nothing would change.",
    "dropped": "Nothing was changed.",
}


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/revisions")
    async def everything(request: Request, visit: Authorized) -> Response:
        before = whole(query(request, "before", 9), 9)

        def read(snapshot: Snapshot) -> list[tuple[Revision, str]]:
            return [(one, author_name(snapshot, one.author)) for one in store.history(snapshot, MOST + 1, before)]

        shown = await site.in_thread(lambda: site.ports.database.read(read))
        return site.page(
            "console/revisions.html",
            visit,
            current="/console/policies",
            revisions=shown[:MOST],
            is_newest=not before,
            older=shown[MOST - 1][0].seq if len(shown) > MOST else 0,
            door=published_where,
            base=await site.ports.database.reading(_in_force),
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.post("/console/revisions/{revision_id}/revert")
    async def revert(request: Request, revision_id: str, visit: Authorized) -> Response:
        """Begin a change whose candidate is what this revision holds."""
        in_force = await changes.unchanged_since(await site.form(request, visit))
        company = await site.in_thread(lambda: earlier(site.ports.database, revision_id))
        return await changes.begin(
            visit, f"Revert to revision {revision_id[:12]}", company, "/console/revisions", in_force
        )

    return router


def _in_force(snapshot: Snapshot) -> str:
    newest = store.newest(snapshot)
    return newest.id if newest is not None else ""
