"""The portal's first page: the apps that are open to this person, and what each of them asks or withholds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import Instant
from limen.facts import ACTIONS, LIMEN, App
from limen.messages import gettext_noop
from limen.policy.decision import Effect, Request as DecisionRequest
from limen.policy.remedies.search import opens_at
from limen.web.access.outside_browser import open_outside
from limen.web.access.requestable import requestable, requested_actions
from limen.web.page import PORTAL, Menu, Page
from limen.web.permissions import VIEW
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit, Visit

PAGES: Final = (Page("/", "Your apps", VIEW, Menu(PORTAL, 10, title=gettext_noop("Apps")), hint="the portal"),)

_NOTHING: Final = (
    gettext_noop("There is nothing here"),
    gettext_noop("go to your apps, or ask your administrator whether you have access to what you're looking for"),
)


@dataclass(frozen=True, slots=True)
class Card:
    """One app as it stands for one person now. `withheld`: actions of it that are not open to them.

    To run the app is the work of few. That it is not open is no news to anybody else, and is not named.
    """

    app: App
    url: str
    asks: str
    withheld: tuple[str, ...]
    opens_at: Instant = 0


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/")
    async def home(visit: Authorized) -> Response:
        cards, shut = launcher(site, visit, without=("administer",))
        held = await site.identity.factors.of_person(visit.person.id)
        dues = site.known.dues_of(visit.person.id)
        outside = open_outside(site, visit)
        shown = {card.app.id for card in (*cards, *shut)} | {one.app.id for one in outside}
        asked = [one for one in requestable(site, visit) if one.app.id not in shown and one.action == way_in(one.app)]
        return site.page(
            "portal/apps.html",
            visit,
            cards=cards,
            shut=shut,
            outside=outside,
            requestable=asked,
            has_passkey=bool(held.passkeys),
            due_at=dues[0].at if dues else 0,
            origin=site.origin,
        )

    return router


def launcher(site: Site, visit: SignedInVisit, without: tuple[str, ...] = ()) -> tuple[list[Card], list[Card]]:
    """The apps that can be viewed, at once or after one more proof; and those that can be later by themselves.

    What would not open at all is left out: which other apps the company has is nothing a session has to tell.
    Nothing is asked about the actions in `without`, which are not shown. What is no page is no card.
    """
    cards: list[Card] = []
    shut: list[Card] = []
    for app in sorted(site.known.apps.values(), key=lambda app: app.name.casefold()):
        if app.id == LIMEN or not app.place:
            continue
        card = _card(site, visit, app, without)
        if card is not None:
            (shut if card.opens_at else cards).append(card)
    return cards, shut


def _card(site: Site, visit: SignedInVisit, app: App, without: tuple[str, ...]) -> Card | None:
    engine, now = site.ports.in_force.engine, visit.now
    facts = site.known.facts(visit.session, app, visit.visitor.address)
    first, *others = used_actions(app)
    way_in = engine.decide(DecisionRequest(first), facts, now)
    url = site.app_url(app, app.start)
    if way_in.effect is Effect.DENY:
        at = opens_at(way_in.remedies)
        return Card(app, url, "", named((first, *others)), at) if at else None
    asked = [action for action in others if action not in without]
    withheld = tuple(
        action for action in asked if engine.decide(DecisionRequest(action), facts, now).effect is Effect.DENY
    )
    asks = "" if way_in.is_permit else way_in.at_once[0].kind if way_in.at_once else ""
    return Card(app, url, asks, named(withheld))


def named(withheld: Iterable[str]) -> tuple[str, ...]:
    """Of the actions that are not open, those that people are told of."""
    return tuple(action for action in withheld if action != "administer")


def used_actions(app: App) -> tuple[str, ...]:
    """The actions that requests to this app can be, from the mildest to the strictest."""
    named = {rule.action for rule in app.rules}
    return tuple(action for action in ACTIONS if action in named) or ("administer",)


def way_in(app: App) -> str:
    """The mildest action of an app: without it nothing of it is open."""
    return requested_actions(app)[0]


def app_open_to(site: Site, visit: Visit, app_id: str) -> App | None:
    """The app of this id if anything in it is open to this visitor, now or after a proof or by waiting.

    An app that is none of that and one that was never there are the same None: so must the answers be.
    """
    app = site.known.apps.get(app_id)
    if app is None or visit.session is None:
        return None
    if app.id == LIMEN:
        return app
    facts = site.known.facts(visit.session, app, visit.visitor.address)
    engine = site.ports.in_force.engine
    for action in used_actions(app):
        decision = engine.decide(DecisionRequest(action), facts, visit.now)
        if decision.effect is not Effect.DENY or opens_at(decision.remedies):
            return app
    return None


def nothing_here(site: Site, visit: Visit) -> Response:
    """The one answer about apps that are not open to this visitor, whether there is such an app or not."""
    return site.wrong(visit, 404, *_NOTHING)
