"""Accounts at apps: how it goes with each app, what differs, and what waits for an administrator."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import Person
from limen.pillar import AccountAtApp, Provisioned
from limen.sso.provisioning import administering
from limen.sso.provisioning.apps import ProvisionedApps
from limen.sso.provisioning.delivery import Delivery
from limen.sso.provisioning.listing import listed
from limen.sso.provisioning.model import State
from limen.sso.provisioning.reconciling import Reconciling
from limen.storage import Transaction
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/provisioning"
_ACCOUNTS: Final = "M4 5h10v14H4zM7 9h4M7 13h4M17 8l4 4-4 4M21 12h-7"
PAGES: Final = (
    Page(AT, "Accounts at apps", SEE_PEOPLE, Menu("Know", 26, _ACCOUNTS), hint="SCIM, provisioning, users"),
    Route("POST", f"{AT}/compare", CHANGE, does="Compare an app's accounts with what it should have"),
    Route("POST", f"{AT}/go-on", CHANGE, does="Let Limen go on with many accounts at an app at once"),
    Route("POST", f"{AT}/link", CHANGE, does="Say whose an account at an app is"),
    Route("POST", f"{AT}/deactivate", CHANGE, does="Deactivate an account at an app that nobody here has"),
    Route("POST", f"{AT}/reactivate", CHANGE, does="Activate an account at an app again"),
)
MOST_SHOWN: Final = 50
"""Of accounts that could not be brought to what they are to be, and of differences."""
_DONE: Final = {
    "compared": "It was compared. What differs is below, and what Limen mends by itself is on its way.",
    "on": "Limen goes on.",
    "linked": "The account is theirs from now on.",
    "deactivated": "The app is asked to deactivate it.",
    "reactivated": "The app is asked to activate it again.",
}


async def accounts_of(site: Site, person_id: str) -> Sequence[AccountAtApp]:
    """Where somebody has accounts that Limen keeps."""
    found = site.ports.offers.find(Provisioned)
    return await site.ports.database.reading(lambda s: found.of(s, person_id)) if found is not None else ()


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    pages = _Pages(site)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return await pages.show(visit, query(request, "done"))

    @router.post(f"{AT}/compare")
    async def compare(visit: Authorized, sent: Sent) -> Response:
        await pages.compare(one(sent, "app"))
        return site.go(visit, AT, done="compared")

    @router.post(f"{AT}/go-on")
    async def go_on(visit: Authorized, sent: Sent) -> Response:
        app, seen, by = one(sent, "app"), one(sent, "seen"), visit.person.id
        return await pages.decide(visit, "on", lambda t: administering.go_on(t, app, visit.now, by=by, seen=seen))

    @router.post(f"{AT}/link")
    async def link(visit: Authorized, sent: Sent) -> Response:
        app, account, address = one(sent, "app"), one(sent, "account"), one(sent, "email")
        return await pages.decide(visit, "linked", lambda t: pages.link(t, visit, app, account, address))

    @router.post(f"{AT}/deactivate")
    async def deactivate(visit: Authorized, sent: Sent) -> Response:
        app, account, by = one(sent, "app"), one(sent, "account"), visit.person.id
        return await pages.decide(
            visit, "deactivated", lambda t: administering.deactivate(t, app, account, visit.now, by=by)
        )

    @router.post(f"{AT}/reactivate")
    async def reactivate(visit: Authorized, sent: Sent) -> Response:
        app, account, by = one(sent, "app"), one(sent, "account"), visit.person.id
        return await pages.decide(
            visit, "reactivated", lambda t: administering.reactivate(t, app, account, visit.now, by=by)
        )

    return router


class _Pages:
    """What the pages show and do, with what single sign-on offers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._apps = site.ports.offers.take(ProvisionedApps)
        self._delivery = site.ports.offers.take(Delivery)
        self._reconciling = site.ports.offers.take(Reconciling)

    async def show(self, visit: Authorized, done: str = "", problem: LimenError | None = None) -> Response:
        known, site = self._apps.known(), self._site
        return site.page(
            "console/provisioning.html",
            visit,
            listed=await site.ports.database.reading(lambda snapshot: listed(snapshot, known)),
            apps=site.known.apps,
            people=site.known.people,
            states=State,
            most=MOST_SHOWN,
            done=_DONE.get(done, ""),
            problem=problem,
            here=AT,
        )

    async def compare(self, app: str) -> None:
        await self._reconciling.reconcile(app)
        await self._delivery.look()

    async def decide(self, visit: Authorized, done: str, work: Callable[[Transaction], object]) -> Response:
        """Do it where they have proved just now who they are, and begin what became due by it."""
        await fresh_proof(self._site, visit, AT)
        try:
            await self._apps.write(work)
        except LimenError as error:
            return await self.show(visit, problem=error)
        await self._delivery.look()
        return self._site.go(visit, AT, done=done)

    def link(self, transaction: Transaction, visit: Authorized, app: str, account: str, address: str) -> None:
        person, provision = _with_address(self._site, address), self._apps.known().get(app)
        if provision is None:
            raise LimenError("Limen keeps no accounts there", "reload the page")
        by, today = visit.person.id, self._apps.today()
        administering.link(transaction, app, provision, account, person, visit.now, by=by, today=today)


def _with_address(site: Site, address: str) -> Person:
    for person in site.known.people.values():
        if person.email and person.email.casefold() == address.strip().casefold():
            return site.known.principal(person.id) or person
    raise LimenError("Nobody here has this email address", "enter the address of the person whose account it is")
