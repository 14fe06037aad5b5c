"""My access: the groups one is in, and for each app what is open now, what is not, and what would open it."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.policy.access import access
from limen.policy.decision import Effect
from limen.policy.saying import Names
from limen.web.portal.apps import Card, launcher
from limen.web.portal.withheld import Line, lines
from limen.web.site import Resident, Site


@dataclass(frozen=True, slots=True)
class Row:
    """One app: the actions that are open, at once or after a proof, and those that are not, with what would help."""

    card: Card
    opened: tuple[str, ...]
    shut: tuple[Line, ...]


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/access")
    async def show(request: Request) -> Response:
        resident = await site.enter(request)
        cards, shut = launcher(site, resident)
        groups = [site.known.groups[group] for group in sorted(resident.person.groups) if group in site.known.groups]
        rows = [_row(site, resident, card) for card in (*cards, *shut)]
        return site.page("portal/access.html", resident, groups=groups, rows=rows)

    return router


def _row(site: Site, resident: Resident, card: Card) -> Row:
    facts = site.known.facts(resident.session, card.app, resident.visitor.address)
    answers = access(site.ports.in_force.engine, facts, resident.now)
    every = lines(answers, resident.visit.speech.words, Names(resident.person.name, card.app.name, site.known.groups))
    opened = tuple(one.name for one in every if one.effect is not Effect.DENY)
    return Row(card, opened, tuple(one for one in every if one.effect is Effect.DENY))
