"""The accounts at vendors that people have to share: who may use each, who did, and replacing its secret unseen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.enforcement.brokered import store
from limen.enforcement.brokered.rotation import Account, accounts
from limen.enforcement.brokered.storing import fit_secret, remove_secret, store_secret
from limen.enforcement.services import EnforcementServices
from limen.errors import LimenError
from limen.events import Event
from limen.facts import App
from limen.web.console.changes import problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/shared-accounts"
_ICON: Final = "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 19c0-3 2-5 5-5s5 2 5 5M17 8v8M13 12h8"
PAGES: Final = (
    Page(AT, "Shared accounts", READ, Menu("Know", 27, _ICON), hint="vendors, brokered, passwords, rotation"),
    Route("POST", f"{AT}/secret", CHANGE, does="Store the secret of a shared account"),
    Route("POST", f"{AT}/remove", CHANGE, does="Remove the secret of a shared account"),
)
MOST_USES: Final = 20
USES: Final = frozenset({"brokered.signed_in", "brokered.sign_in_failed"})
_DONE: Final = {
    "stored": "Stored. People are signed in with it from now on, and nobody can see it.",
    "removed": "Removed. Nobody is signed in there any more.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """An account with its newest sign-ins; `is_due`: its secret is to be changed."""

    of: Account
    is_due: bool
    uses: tuple[Event, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "shared accounts")
        return await _page(site, visit, done=_DONE.get(query(request, "done"), ""))

    @router.post(f"{AT}/secret")
    async def secret(visit: Authorized, sent: Sent) -> Response:
        """The field is called `password`: a form with it is never kept over a fresh proof, and is typed again."""
        await fresh_proof(site, visit, AT)
        core = site.ports.offers.take(EnforcementServices).core
        try:
            app, typed = _app(site, one(sent, "app")), fit_secret(one(sent, "password"))
        except LimenError as wrong:
            return await _page(site, visit, problem=problem_of(wrong))
        by, session = visit.person.id, visit.session.id
        await core.write(lambda t: store_secret(t, core.keyring, app, typed, visit.now, by=by, session=session))
        return site.go(visit, AT, done="stored")

    @router.post(f"{AT}/remove")
    async def remove(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        core, app_id = site.ports.offers.take(EnforcementServices).core, one(sent, "app")
        by, session = visit.person.id, visit.session.id
        is_gone = await core.write(lambda t: remove_secret(t, app_id, visit.now, by=by, session=session))
        return site.go(visit, AT, done="removed" if is_gone else "")

    return router


async def accounts_now(site: Site, now: Instant) -> list[Shown]:
    """Every shared account, by the names of the apps."""
    held = await site.ports.database.reading(lambda snapshot: store.stored(snapshot.connection))
    used = site.ports.journal.recent(500, lambda event: event.kind in USES)
    return [
        Shown(
            each,
            bool(each.stored_at) and each.due_at <= now,
            tuple(event for event in used if event.details.get("app") == each.app.id)[:MOST_USES],
        )
        for each in accounts(site.known.apps, held)
    ]


async def _page(site: Site, visit: SignedInVisit, *, done: str = "", problem: LimenError | None = None) -> Response:
    return site.page(
        "console/shared_accounts.html",
        visit,
        accounts=await accounts_now(site, visit.now),
        people=site.known.people,
        here=AT,
        done=done,
        problem=problem,
    )


def _app(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None or app.account is None:
        raise LimenError("this app has no shared account", "reload the page")
    return app
