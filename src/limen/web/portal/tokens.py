"""My tokens: for git, WebDAV and scripts; each for one app and some actions, made with a fresh proof, shown once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import LIMEN, UNKNOWN_DEVICE, App, auth_of_token
from limen.identity.app_token import MOST_DAYS, USUAL_DAYS
from limen.identity.errors import FreshProofNeededError, NotLiveError
from limen.messages import gettext_noop
from limen.policy.access import access
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import PORTAL, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.portal.apps import nothing_here
from limen.web.requests import one, query, query_id, whole
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Page("/tokens", "Your tokens", VIEW, Menu(PORTAL, 40, title=gettext_noop("Tokens")), hint="for git and scripts"),
    Page("/tokens/new", "Create a token", VIEW, hint="for git and scripts"),
    Route("POST", "/tokens/new", VIEW, does=gettext_noop("Create token")),
    Route("POST", "/tokens/{token_id}/revoke", VIEW, does=gettext_noop("Revoke a token")),
)

AT = "/tokens"
NEW = f"{AT}/new"


@dataclass(frozen=True, slots=True)
class Offer:
    """An app that a token of this person would open now, and the actions it would be permitted there."""

    app: App
    actions: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    tokens = site.identity.tokens

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        rows = [tokens.row(token) for token in await tokens.of_owner(visit.person.id)]
        done = query(request, "done")
        return site.page("portal/tokens.html", visit, rows=rows, apps=site.known.apps, done=done)

    @router.get(NEW)
    async def ask(request: Request, visit: Authorized) -> Response:
        """Which app; then which of its actions. The proof comes first, so that nothing is typed twice."""
        app_id = query_id(request, "app")
        await fresh_proof(site, visit, _here(site, app_id))
        return _form(site, visit, app_id)

    @router.post(NEW)
    async def make(visit: Authorized, sent: Sent) -> Response:
        app_id, wanted = one(sent, "app"), sent.get("actions", [])
        strength = await fresh_proof(site, visit, _here(site, app_id))
        offer = offered(site, visit, site.known.apps.get(app_id))
        if offer is None:
            return nothing_here(site, visit)
        try:
            _check(wanted, offer)
            issued = await tokens.make(
                visit.session,
                strength,
                app=app_id,
                actions=wanted,
                days=whole(one(sent, "days"), 3),
                name=one(sent, "name"),
            )
        except (NotLiveError, FreshProofNeededError):
            raise
        except LimenError as wrong:
            return _form(site, visit, app_id, wrong, sent)
        url = site.app_url(offer.app, "/")
        return site.page("portal/token_made.html", visit, issued=issued, app=offer.app, url=url)

    @router.post(f"{AT}/{{token_id}}/revoke")
    async def revoke(token_id: str, visit: Authorized, _sent: Sent) -> Response:
        """Needs no new proof: what only ends access must be quick."""
        await tokens.revoke(token_id, by=visit.person.id, owner_id=visit.person.id)
        return site.go(visit, AT, done="revoked")

    return router


def offered(site: Site, visit: SignedInVisit, app: App | None) -> Offer | None:
    """What a token made now would be permitted. None for an app that no token of this person opens, or that is none.

    Requests to an app without a host of ours never come by Limen, so no token of ours is asked for there.
    """
    if app is None or app.id == LIMEN or not app.host:
        return None
    facts = site.known.facts(visit.session, app, visit.visitor.address)
    as_token = replace(facts, auth=auth_of_token(facts.auth), device=UNKNOWN_DEVICE)
    answers = access(site.ports.in_force.engine, as_token, visit.now)
    actions = tuple(action for action, decision in answers.items() if decision.is_permit)
    return Offer(app, actions) if actions else None


def _form(
    site: Site,
    visit: SignedInVisit,
    app_id: str,
    problem: LimenError | None = None,
    sent: dict[str, list[str]] | None = None,
) -> Response:
    """One app's form, or the choice among apps."""
    apps = sorted(site.known.apps.values(), key=lambda app: app.name.casefold())
    offers = [offer for app in apps if (offer := offered(site, visit, app)) is not None]
    chosen = next((offer for offer in offers if offer.app.id == app_id), None)
    if app_id and chosen is None:
        return nothing_here(site, visit)
    return site.page(
        "portal/token_new.html",
        visit,
        offers=offers,
        chosen=chosen,
        typed={"name": one(sent or {}, "name"), "days": one(sent or {}, "days") or USUAL_DAYS},
        ticked=(sent or {}).get("actions", ["view"]),
        most_days=MOST_DAYS,
        problem=problem,
    )


def _here(site: Site, app_id: str) -> str:
    """The form of this app, to come back to."""
    return f"{NEW}?app={app_id}" if app_id in site.known.apps else NEW


def _check(wanted: list[str], offer: Offer) -> None:
    if not set(wanted) <= set(offer.actions):
        raise LimenError("You don't have access to all of this right now", "choose from what the page offers")
