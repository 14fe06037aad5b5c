"""The portal's first room: the apps that are open to this person, and what each of them asks or withholds."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.facts import ACTIONS, LIMEN, App
from limen.policy.decision import Effect, Request as Asked
from limen.web.site import Resident, Site


@dataclass(frozen=True, slots=True)
class Card:
    """One app as it stands for one person now. `withheld`: actions of it that are not open to them."""

    app: App
    url: str
    asks: str
    withheld: tuple[str, ...]
    opens_at: Instant = 0


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    async def home(request: Request) -> Response:
        resident = await site.enter(request)
        cards, shut = launcher(site, resident)
        held = await site.identity.factors.of_person(resident.person.id)
        return site.page("portal/apps.html", resident, cards=cards, shut=shut, has_passkey=bool(held.passkeys))

    return router


def launcher(site: Site, resident: Resident) -> tuple[list[Card], list[Card]]:
    """The apps that open, at once or after one more proof; and those that open later by themselves.

    What would not open at all is left out: which other apps the company has is nothing a session has to tell.
    """
    cards: list[Card] = []
    shut: list[Card] = []
    for app in sorted(site.known.apps.values(), key=lambda app: app.name.casefold()):
        if app.id == LIMEN:
            continue
        card = _card(site, resident, app)
        if card is not None:
            (shut if card.opens_at else cards).append(card)
    return cards, shut


def _card(site: Site, resident: Resident, app: App) -> Card | None:
    engine, now = site.ports.in_force.engine, resident.now
    facts = site.known.facts(resident.session, app, resident.visitor.address)
    answers = {action: engine.decide(Asked(action), facts, now) for action in used_actions(app)}
    ways_in = [answer for answer in answers.values() if answer.effect is not Effect.DENY]
    best = min(ways_in, key=lambda answer: not answer.is_permit, default=None)
    withheld = tuple(action for action, answer in answers.items() if answer.effect is Effect.DENY)
    url = site.app_url(app, app.start)
    if best is None:
        later = [r.at for answer in answers.values() for r in answer.remedies if r.kind == "come_back"]
        return Card(app, url, "", withheld, min(later)) if later else None
    asks = "" if best.is_permit else best.remedies[0].kind if best.remedies else ""
    return Card(app, url, asks, withheld)


def used_actions(app: App) -> tuple[str, ...]:
    """The actions that requests to this app can be, from the mildest to the strictest."""
    named = {rule.action for rule in app.rules}
    return tuple(action for action in ACTIONS if action in named) or ("administer",)
