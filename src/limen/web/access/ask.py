"""Ask for access: what, for how long and why. It shows only what this person may ask for, and what a grant would open.

An app that they may not ask for and one that was never there are answered alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.model import HeldGrant, RequestState
from limen.access.requests import LONGEST_REASON, LONGEST_TICKET
from limen.access.services import Access
from limen.errors import LimenError
from limen.facts import App
from limen.messages import gettext_noop
from limen.pillar import Askable
from limen.web.access.lengths import offered_lengths, read_length
from limen.web.access.recent_passkey import require_recent_passkey
from limen.web.access.requestable import ASK, asked_for, requestable, requested_actions, rule_for
from limen.web.access.rows import outlasting
from limen.web.page import Page, Route
from limen.web.permissions import VIEW
from limen.web.portal.apps import nothing_here
from limen.web.requests import one, query_id
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

MINE: Final = "/access"
PAGES: Final = (
    Page(ASK, gettext_noop("Ask for access"), VIEW, hint="request temporary access, a grant"),
    Route("POST", ASK, VIEW, does=gettext_noop("Ask for access")),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What one form is about: an app, its actions that go by one rule, those ticked at first, and the grant that is to
    last longer, if it is about one.
    """

    app: App
    rule: Askable
    actions: tuple[str, ...]
    ticked: tuple[str, ...]
    extends: HeldGrant | None = None

    @property
    def here(self) -> str:
        if self.extends is not None:
            return f"{ASK}?{urlencode({'extends': self.extends.id})}"
        return f"{ASK}?{urlencode({'app': self.app.id, 'action': self.ticked[0]})}"


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    access = site.ports.offers.take(Access)

    @router.get(ASK)
    async def show(request: Request, visit: Authorized) -> Response:
        app_id, extends = query_id(request, "app"), query_id(request, "extends")
        if not app_id and not extends:
            return site.page("access/ask_which.html", visit, several=requestable(site, visit))
        wish = await _wish(site, visit, app_id, query_id(request, "action"), extends)
        return nothing_here(site, visit) if wish is None else _form(site, visit, wish, late=await outlasting(site))

    @router.post(ASK)
    async def ask(visit: Authorized, sent: Sent) -> Response:
        wanted = tuple(dict.fromkeys(sent.get("actions", ())))
        wish = await _wish(site, visit, one(sent, "app"), wanted[0] if wanted else "", one(sent, "extends"))
        if wish is None or (wish.extends is None and not {*wanted} <= {*wish.actions}):
            return nothing_here(site, visit)
        if wish.rule.is_automatic:
            await require_recent_passkey(site, visit, wish.here)
        asking = access.ask(
            visit.session,
            wish.app.id,
            wanted if wish.extends is None else wish.extends.actions,
            read_length(one(sent, "length")),
            one(sent, "reason"),
            ticket=one(sent, "ticket"),
            extends="" if wish.extends is None else wish.extends.id,
        )
        late = await outlasting(site)
        made = await done_or_page(asking, lambda wrong: _form(site, visit, wish, wrong, sent, late=late))
        return site.go(visit, MINE, done="granted" if made.state is RequestState.GRANTED else "asked")

    async def _wish(site: Site, visit: SignedInVisit, app_id: str, action: str, extends: str) -> Wish | None:
        if extends:
            held = await access.grants_of(visit.person.id, visit.now)
            grant = next((one for one in held if one.id == extends and one.is_active(visit.now)), None)
            return None if grant is None else _longer(site, visit, grant)
        app = site.known.apps.get(app_id)
        return None if app is None else _new(site, visit, app, action)

    return router


def _new(site: Site, visit: SignedInVisit, app: App, action: str) -> Wish | None:
    """What can be asked for on this app by the rule of `action`, or ("") of the mildest that can be."""
    found = [asked for one in requested_actions(app) if (asked := asked_for(site, visit, app, one)) is not None]
    chosen = next((asked for asked in found if action in {"", asked.action}), None)
    if chosen is None:
        return None
    alike = tuple(asked.action for asked in found if asked.rule == chosen.rule)
    return Wish(app, chosen.rule, alike, (chosen.action,))


def _longer(site: Site, visit: SignedInVisit, grant: HeldGrant) -> Wish | None:
    """An extension of what they have, where a rule still lets them ask for it."""
    app = site.known.apps.get(grant.app)
    rule = None if app is None else rule_for(site, visit, app, grant.actions[0])
    return None if app is None or rule is None else Wish(app, rule, grant.actions, grant.actions, grant)


def _form(
    site: Site,
    visit: SignedInVisit,
    wish: Wish,
    problem: LimenError | None = None,
    sent: dict[str, list[str]] | None = None,
    *,
    late: frozenset[str],
) -> Response:
    typed = sent or {}
    return site.page(
        "access/ask.html",
        visit,
        wish=wish,
        ticked=typed.get("actions", wish.ticked),
        lengths=offered_lengths(wish.rule.longest_ms),
        length=read_length(one(typed, "length")) or wish.rule.longest_ms,
        typed={name: one(typed, name) for name in ("reason", "ticket")},
        most={"reason": LONGEST_REASON, "ticket": LONGEST_TICKET},
        problem=problem,
        outlasts=wish.app.id in late,
        here=wish.here,
    )
