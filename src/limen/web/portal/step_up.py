"""Proving once more who one is: for which app and why, and never how strong or how young the proof has to be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import LIMEN, App, Issuer
from limen.policy.decision import NO_REASON, Named, ReasonText
from limen.policy.wording import Audience, Names, because
from limen.web.page import Route
from limen.web.portal.apps import app_open_to, nothing_here
from limen.web.portal.replayed_decision import past_decision
from limen.web.requests import one, query, query_id, text_of, where_to
from limen.web.site import Site, TurnedAwayError, done_or_page
from limen.web.sso.offered import offered
from limen.web.visit import Anybody, Sent, SentJson, Visit

_WAY_ON: Final = "the way on that a challenge names: decided itself, it could never be passed"
PAGES: Final = (
    Route("GET", "/step-up", undecided=_WAY_ON),
    Route("POST", "/step-up", undecided=_WAY_ON),
    Route("POST", "/step-up/options", undecided=_WAY_ON),
    Route("POST", "/step-up/passkey", undecided=_WAY_ON),
)


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be proved, for what. `why` is the words of the policy that asked, where they are this person's;
    `because` is what it found.
    """

    app: App
    to: str
    decision: str
    why: ReasonText
    because: tuple[str, ...]
    with_passkey: bool
    with_password: bool
    with_code: bool
    issuers: tuple[Issuer, ...] = ()

    @property
    def query(self) -> str:
        return urlencode({"app": self.app.id, "to": self.to, "decision": self.decision})


def routes(site: Site) -> APIRouter:
    """`/step-up?app=ID&to=PATH&decision=ID`. It goes on to known apps' hosts only, by id, never to a given address."""
    router = APIRouter()

    @router.get("/step-up")
    async def show(request: Request, visit: Anybody) -> Response:
        if visit.session is None:
            return site.go(visit, "/sign-in", to=where_to(f"{request.url.path}?{request.url.query}"))
        ids = query_id(request, "app"), query(request, "to", 2_048), query_id(request, "decision")
        if page := await _proved_by_itself(site, ids[2]):
            return site.go(visit, page, app=ids[0], to=ids[1])
        return _page(site, visit, await _step(site, visit, *ids))

    @router.post("/step-up")
    async def with_password(visit: Anybody, sent: Sent) -> Response:
        session = visit.live_session
        ids = one(sent, "app"), one(sent, "to"), one(sent, "decision")
        step = await _step(site, visit, *ids)
        proofs, code = site.identity.step_up, one(sent, "code")
        if one(sent, "password"):
            proving = proofs.with_password(session, visit.visitor, one(sent, "password"), code)
        else:
            proving = proofs.with_code(session, visit.visitor, code)
        done = await done_or_page(proving, partial(_page, site, visit, step))
        onward = urlencode({"app": step.app.id, "to": step.to})
        return await site.signed_in(visit, done, f"/onward?{onward}", by_script=False)

    _for_scripts(router, site)
    return router


def _for_scripts(router: APIRouter, site: Site) -> None:
    """The passkey's ceremony, for this session and this person's passkeys only."""

    @router.post("/step-up/options")
    async def options(visit: Anybody, _sent: SentJson) -> Response:
        session = visit.live_session
        options = await site.identity.step_up.passkey_options(session, visit.visitor)
        return site.json_of(visit, {"options": options})

    @router.post("/step-up/passkey")
    async def with_passkey(visit: Anybody, sent: SentJson) -> Response:
        session = visit.live_session
        app = app_open_to(site, visit, text_of(sent, "app")) or site.known.apps[LIMEN]
        done = await site.identity.step_up.with_passkey(session, visit.visitor, sent.get("credential"))  # type: ignore[arg-type]
        return await site.signed_in(visit, done, site.app_url(app, where_to(text_of(sent, "to"))), by_script=True)


async def _proved_by_itself(site: Site, decision_id: str) -> str:
    """The page that gives all that was missing without the person's doing, as a device's agent does; "" for none."""
    past = await past_decision(site, decision_id) if decision_id else None
    asked = past.explanation.decision.at_once if past is not None else ()
    pages = {site.ports.proofs.get(remedy.kind, "") for remedy in asked}
    return pages.pop() if len(pages) == 1 else ""


def _page(site: Site, visit: Visit, step: Step, wrong: LimenError | None = None) -> Response:
    """The page; after a proof that did not hold its address is still the one it is reached by."""
    return site.page("portal/step_up.html", visit, step=step, problem=wrong, here=f"/step-up?{step.query}")


async def _step(site: Site, visit: Visit, app_id: str, to: str, decision_id: str) -> Step:
    session = visit.live_session
    app = app_open_to(site, visit, app_id)
    if app is None:
        raise TurnedAwayError(nothing_here(site, visit))
    held = await site.identity.factors.of_person(session.person_id)
    past = await past_decision(site, decision_id) if decision_id else None
    needs_passkey, why = (
        app.id == LIMEN and bool(held.passkeys),
        NO_REASON,
    )  # what one changes here asks for the best one has
    missing: tuple[str, ...] = ()
    least = 3 if needs_passkey else 1
    if past is not None and past.event.actor == session.person_id and past.app.id == app.id:
        decision = past.explanation.decision
        needs_passkey = bool(decision.at_once) and all(remedy.strength >= 3 for remedy in decision.at_once)
        least = max(least, min((remedy.strength for remedy in decision.at_once), default=1))
        forbade = (one for one in decision.reasons if one.text and one.effect == "forbid")
        asked = (one for one in forbade if one.policy != Named.NOTHING_PERMITS)  # a fresh proof permits it
        why = next((one.in_language(visit.localizer.language) for one in asked), NO_REASON)
        names = Names("", app.name, site.known.groups)
        found = because(past.engine, decision, Audience.SELF, visit.localizer, names) if past.is_same else ()
        missing = tuple(one.sentence for one in found if one.kind == "proof")
    return Step(
        app=app,
        to=where_to(to, "/" if app.id == LIMEN else app.start),
        decision=decision_id,
        why=why,
        because=missing,
        with_passkey=bool(held.passkeys),
        with_password=held.has_password and not needs_passkey,
        with_code=held.has_code,
        issuers=await _issuers(site, session.person_id, least),
    )


async def _issuers(site: Site, person_id: str, strength: int) -> tuple[Issuer, ...]:
    """The issuers that this person is linked at, and that could prove as much as this."""
    if not site.known.issuers:
        return ()
    linked = {one.issuer for one in await site.identity.issuer_accounts.of_person(person_id)}
    able = (one for one in offered(site) if one.url in linked)
    return tuple(one for one in able if max(rule.strength for rule in one.rules) >= strength)
