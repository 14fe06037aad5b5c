"""My access: the groups one is in, and for each app what is open now, what is not, and what would open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.messages import gettext_noop
from limen.policy.access import access
from limen.policy.decision import Effect
from limen.policy.wording import Names
from limen.web.page import PORTAL, Menu, Page
from limen.web.permissions import VIEW
from limen.web.portal.apps import Card, launcher
from limen.web.portal.withheld import Line, lines
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

PAGES: Final = (
    Page(
        "/access", "Your access", VIEW, Menu(PORTAL, 50, title=gettext_noop("Access")), hint="what you may do, groups"
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One app: the actions that are open, at once or after a proof, and those that are not, with what would help."""

    card: Card
    opened: tuple[str, ...]
    shut: tuple[Line, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/access")
    async def show(visit: Authorized) -> Response:
        cards, shut = launcher(site, visit)
        groups = [site.known.groups[group] for group in sorted(visit.person.groups) if group in site.known.groups]
        rows = [_row(site, visit, card) for card in (*cards, *shut)]
        return site.page("portal/access.html", visit, groups=groups, rows=rows)

    return router


def _row(site: Site, visit: SignedInVisit, card: Card) -> Row:
    facts = site.known.facts(visit.session, card.app, visit.visitor.address)
    answers = access(site.ports.in_force.engine, facts, visit.now)
    every = lines(
        answers, visit.localizer, Names(visit.person.name, card.app.name, site.known.groups), is_complete=True
    )
    opened = tuple(one.name for one in every if one.effect is not Effect.DENY)
    return Row(card, opened, tuple(one for one in every if one.effect is Effect.DENY))
