"""Withheld: an app that may be looked at and not more; each of its actions, and what would open those that are shut."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import LIMEN, App
from limen.messages import Words
from limen.policy.access import MILDEST, Access, access, withheld
from limen.policy.decision import Decision, Effect
from limen.policy.engine import Engine
from limen.policy.wording import Audience, Names, kind_of, remedy_sentence, whom, why_not
from limen.web.access.requestable import where_to_ask
from limen.web.page import Route
from limen.web.portal.apps import app_open_to, named, nothing_here
from limen.web.portal.not_yet import may_see
from limen.web.portal.replayed_decision import past_decision
from limen.web.requests import query, query_id, where_to
from limen.web.site import Site
from limen.web.visit import Anybody, Visit

PAGES: Final = (
    Route("GET", "/withheld", undecided="what of an app is withheld, for whom it is or who may administer"),
)

_KINDS: Final = ("device", "place", "time", "risk", "proof")
"""What may be named as the cause. That a group is missing is no matter of here and now."""


@dataclass(frozen=True, slots=True)
class Line:
    """One action of the app: its answer, and where that is a no, each way to turn it in a sentence."""

    action: str
    name: str
    effect: Effect
    helps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """What the page says of one app. `lead` is about the refused action, "" where there is none."""

    app: App
    headline: str
    lead: str
    lines: tuple[Line, ...]
    url: str
    again: str
    why: str
    whose: str
    asks: Mapping[str, str]
    """Where each action can be asked for that a grant would open, and that this person may ask for."""


def routes(site: Site) -> APIRouter:
    """`/withheld?decision=ID` after a refusal, `/withheld?app=ID` before one: nothing about apps that are shut."""
    router = APIRouter()

    @router.get("/withheld")
    async def show(request: Request, visit: Anybody) -> Response:
        if visit.session is None:
            return site.go(visit, "/sign-in", to=where_to(f"{request.url.path}?{request.url.query}"))
        decision_id = query_id(request, "decision")
        page = await _after(site, visit, decision_id) if decision_id else None
        if not decision_id:
            app = app_open_to(site, visit, query(request, "app"))
            page = None if app is None or app.id == LIMEN else _page(site, visit, _now(site, visit, app), app)
        if page is None:
            return nothing_here(site, visit)
        return site.page("portal/withheld.html", visit, page=page)

    return router


async def _after(site: Site, visit: Visit, decision_id: str) -> Withheld | None:
    """The page to a refusal: as things are now for whom it concerns, as they were for an administrator."""
    past = await past_decision(site, decision_id)
    if past is None or past.app.id == LIMEN or visit.session is None or not may_see(site, visit, past):
        return None
    app = site.known.apps.get(past.app.id, past.app)
    if past.event.actor == visit.session.person_id:
        return _page(site, visit, _now(site, visit, app), app, past.request.action, decision_id)
    answers = access(past.engine, past.facts, past.explanation.decision.now)
    person = site.known.people.get(past.event.actor)
    whose = "" if person is None else person.name
    return _page(site, visit, answers, app, past.request.action, decision_id, whose)


def _now(site: Site, visit: Visit, app: App) -> Access:
    facts = site.known.facts(visit.session, app, visit.visitor.address)
    return access(site.ports.in_force.engine, facts, visit.now)


def _page(
    site: Site,
    visit: Visit,
    answers: Access,
    app: App,
    action: str = "",
    decision_id: str = "",
    whose: str = "",
) -> Withheld:
    names = Names("" if visit.person is None else visit.person.name, app.name, site.known.groups)
    words, say = visit.localizer, visit.localizer.say
    refused = answers.get(action)
    lead = ""
    if refused is not None and refused.effect is Effect.DENY:
        lead = say(
            "withheld.lead", what=action_name(action, words), why=say(f"withheld.because.{cause(refused) or 'now'}")
        )
    headline = "open"
    if MILDEST not in answers or not answers[MILDEST].is_permit:
        headline = "shut"
    elif withheld(answers):
        headline = "headline"
    here = {"decision": decision_id} if decision_id else {"app": app.id}
    return Withheld(
        app=app,
        headline=say(f"withheld.{headline}", app=app.name),
        lead=lead,
        lines=lines(answers, words, names, action),
        url=site.app_url(app, app.start),
        again=f"/withheld?{urlencode(here)}",
        why=f"/not-yet?{urlencode(here)}" if decision_id else "",
        whose=whose,
        asks={} if whose else _asks(site, visit, app, answers),
    )


def _asks(site: Site, visit: Visit, app: App, answers: Access) -> dict[str, str]:
    found = {action: where_to_ask(site, visit, app, decision) for action, decision in answers.items()}
    return {action: url for action, url in found.items() if url}


def lines(answers: Access, words: Words, names: Names, refused: str = "") -> tuple[Line, ...]:
    """Every action with its answer, and what would open it.

    What is not open and not named elsewhere (see `named`) is here only where it was `refused`.
    """
    shut = [action for action, decision in answers.items() if decision.effect is Effect.DENY]
    unnamed = set(shut) - {refused, *named(shut)}
    return tuple(
        Line(action, action_name(action, words), decision.effect, helps(decision, words, names))
        for action, decision in answers.items()
        if action not in unnamed
    )


def helps(decision: Decision, words: Words, names: Names) -> tuple[str, ...]:
    """Each way to turn an answer; where nobody can alone, whom to ask. () for a permit."""
    ways = tuple(dict.fromkeys(remedy_sentence(one, Audience.SELF, words, decision.now) for one in decision.remedies))
    if ways or decision.effect is not Effect.DENY:
        return ways
    return (words.say("withheld.ask", whom=whom(decision.facts, words, names)),)


def action_name(action: str, words: Words) -> str:
    return words.say(f"withheld.{action}") if words.has(f"withheld.{action}") else action


def cause(decision: Decision) -> str:
    """What a refusal is a matter of, where it is a matter of here and now: device, place, time, risk, proof, or ""."""
    engine = decision.later
    kinds = {kind_of(need) for need in why_not(engine, decision)} if isinstance(engine, Engine) else set()
    return next((kind for kind in _KINDS if kind in kinds), "")
