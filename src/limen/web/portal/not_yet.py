"""Not yet: one sentence, every condition, how to mend the failing one; only for the person it concerns."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.devices.pillar import PROVE
from limen.devices.service import Devices
from limen.devices.steps import TITLES, steps_for
from limen.facts import LIMEN, App
from limen.identity.factors import Held
from limen.identity.pillar import REQUIRED_FACTORS
from limen.messages import Words, gettext_noop
from limen.policy.decision import (
    NO_REASON,
    UNAVAILABLE,
    Decision,
    Effect,
    Named,
    ReasonText,
    Remedies,
    Request as DecisionRequest,
)
from limen.policy.engine import Engine
from limen.policy.remedies.search import opens_at
from limen.policy.wording import Audience, Names, remedy_sentence
from limen.web.access.requestable import has_asked, where_to_ask
from limen.web.console.view_audit import record_view
from limen.web.page import Route
from limen.web.permissions import SEE_PEOPLE
from limen.web.portal.conditions import Condition, RefusalView, can_prove, checklist
from limen.web.portal.device_at_hand import DeviceAtHand, Found, device_at_hand
from limen.web.portal.replayed_decision import ReplayedDecision, past_decision
from limen.web.requests import query, query_id, where_to
from limen.web.site import Site
from limen.web.visit import Visit

PAGES: Final = (
    Route("GET", "/not-yet", undecided="the reasons of a refusal, for whom it refused or who may administer"),
)

_SAID_ELSEWHERE: Final = frozenset(
    {"sign_in", "use_passkey", "add_factor", "sign_in_again", "prove_device", "come_back"}
)
_NOTHING: Final = (gettext_noop("There is nothing here"), gettext_noop("go to your apps"))


@dataclass(frozen=True, slots=True)
class NotYet:
    """What the page says. `opens` is "" unless time turns the answer; `prove` is where a proof would.

    `why` is in the words of whoever wrote the policy; of `NO_REASON` the page says nothing.
    """

    id: str
    app: App
    action: str
    headline: str
    why: ReasonText
    conditions: tuple[Condition, ...]
    helps: tuple[str, ...]
    opens: str
    prove: str
    again: str
    at: int
    is_open_now: bool
    url: str
    whose: str
    named: str
    at_hand: DeviceAtHand | None = None
    onward: str = ""
    """`at_hand` is the device, where that is in the way; `onward` where to see which it is, or to enrol it."""
    ask: str = ""
    """Where to ask for access, where a grant would open it and a rule lets this person ask."""
    is_asked: bool = False
    """Whether they have asked for it, and nobody has decided yet."""


def routes(site: Site) -> APIRouter:
    """`/not-yet?decision=ID`. Whoever it does not concern sees what they would see of an id that was never given."""
    router = APIRouter()

    @router.get("/not-yet")
    async def show(request: Request) -> Response:
        visit = site.visit(request, with_break_glass=True)  # who breaks the glass is told what it does not open
        if visit.session is None:
            return site.go(visit, "/sign-in", to=where_to(f"{request.url.path}?{request.url.query}"))
        decision_id = query_id(request, "decision")
        past = await past_decision(site, decision_id) if decision_id else None
        if past is None or not may_see(site, visit, past):
            return site.wrong(visit, 404, *_NOTHING)
        is_again = query(request, "check") == "now"
        page = await _not_yet(site, visit, past, is_again=is_again)
        is_shut = page.named in UNAVAILABLE and site.ports.doors.shut() is not None
        return site.page(
            "portal/not_yet.html",
            visit,
            503 if is_shut else 200,
            page=page,
            is_again=is_again,
            is_silent=query(request, "silent") == "yes",
            titles=TITLES,
            steps_for=steps_for,
        )

    return router


def may_see(site: Site, visit: Visit, past: ReplayedDecision) -> bool:
    """Does this refusal concern whoever is visiting: is it theirs, or may they read or help?

    Of a colleague's, the helpdesk sees the one whose number it was told; that anybody looked is journaled.
    """
    if visit.session is None:
        return False
    if past.event.actor == visit.session.person_id:
        return True
    app = site.known.apps.get(LIMEN)
    if app is None:
        return False
    action = site.action_of(visit.session, SEE_PEOPLE, visit)
    asked = DecisionRequest(action, "GET", "/not-yet", site.host)
    if not site.ports.doors.decide_session("sign-in", app, visit.session, asked, visit.visitor.address).permitted:
        return False
    record_view(site, visit, visit.session, action, {"page": "not-yet"}, past.event.actor)
    return True


async def _not_yet(site: Site, visit: Visit, past: ReplayedDecision, *, is_again: bool) -> NotYet:
    words = visit.localizer
    explanation, engine, named = (
        past.explanation,
        past.engine,
        past.event.decision.reasons[0] if past.event.decision else "",
    )
    app = site.known.apps.get(past.app.id, past.app)
    is_own = visit.session is not None and past.event.actor == visit.session.person_id
    if is_again and is_own:
        facts = site.known.facts(visit.session, app, visit.visitor.address)
        engine, named = site.ports.in_force.engine, str(site.ports.doors.shut() or "")
        explanation = await site.in_thread(lambda: engine.explain(past.request, facts, visit.now))
    decision = explanation.decision
    is_undecided = named in UNAVAILABLE  # maybe for want of the database, which is not asked then
    held = Held((), frozenset()) if is_undecided else await site.identity.factors.of_person(past.event.actor)
    person = site.known.people.get(past.event.actor)
    names = Names("" if person is None else person.name, app.name, site.known.groups)
    conditions = checklist(RefusalView(engine, explanation, named, held, words, names))
    missing = [condition.kind for condition in conditions if not condition.holds]
    may_prove = can_prove(decision, named)
    failing = next((kind for kind in missing if kind != "proof" or may_prove), "groups")
    effect = (
        Effect.DENY
        if is_undecided
        else decision.effect
        if is_again
        else Effect(past.event.decision.effect if past.event.decision else "deny")
    )
    needs_adding = any(r.kind == "use_passkey" for r in decision.at_once) and not held.passkeys
    prove = ""
    if may_prove and "proof" in missing and effect is not Effect.PERMIT:
        step = urlencode({"app": app.id, "to": app.start, "decision": past.id})
        prove = "/passkeys" if needs_adding else f"/step-up?{step}"
    if "factor" in missing and is_own:
        prove = REQUIRED_FACTORS
    at_hand = None
    if "device" in missing:
        at_hand = _at_hand(site, visit, past, engine, decision)
        conditions = tuple([_with_checks(one, at_hand) for one in conditions])
    ask = where_to_ask(site, visit, app, decision) if is_own and effect is Effect.DENY else ""
    is_asked = bool(ask) and not is_undecided and await has_asked(site, visit, app, past.request.action)
    if ask:
        conditions = tuple([_to_be_asked_for(one, words, is_asked=is_asked) for one in conditions])
    spoke = [reason for reason in decision.reasons if reason.policy != Named.NOTHING_PERMITS]
    forbade = (reason.in_language(words.language) for reason in spoke if reason.text and reason.effect == "forbid")
    remedies = decision.remedies
    is_quarantined = at_hand is not None and at_hand.found is Found.QUARANTINED  # which its owner can't mend
    at = opens_at(remedies)
    return NotYet(
        id=past.id,
        app=app,
        action=past.request.action,
        headline=words.first(f"headline.{failing}.{app.id}", f"headline.{failing}", app=app.name),
        why=next(forbade, NO_REASON),
        conditions=conditions,
        helps=() if is_quarantined or is_asked else _helps(remedies, named, words, visit.now),
        opens=words.say("page.opens", at=words.upcoming(at, visit.now)) if at else "",
        prove=prove,
        again=f"/not-yet?{urlencode({'decision': past.id, 'check': 'now'})}",
        at=visit.now if is_again else past.event.at,
        is_open_now=effect is Effect.PERMIT,
        url=site.app_url(app, app.start),
        whose="" if is_own or person is None else person.name,
        named=named,
        at_hand=at_hand,
        onward=_onward(site, app, at_hand) if is_own else "",
        ask=ask,
        is_asked=is_asked,
    )


def _at_hand(
    site: Site, visit: Visit, past: ReplayedDecision, engine: Engine, decision: Decision
) -> DeviceAtHand | None:
    devices = site.ports.offers.find(Devices)
    if devices is None:
        return None
    bound, is_there = past.facts.device.id, True
    if visit.session is not None and past.event.actor == visit.session.person_id:
        bound, is_there = visit.session.device_id, visit.session.bound_until > visit.now
    return device_at_hand(devices, engine, decision, past.event.actor, bound, visit.now, is_there=is_there)


def _with_checks(condition: Condition, at_hand: DeviceAtHand | None) -> Condition:
    """A device's line says what to do about this device, where that is known, instead of what helps in general."""
    if condition.kind != "device" or condition.holds or at_hand is None or at_hand.found is Found.OTHER:
        return condition
    return replace(condition, mend=())


def _to_be_asked_for(condition: Condition, words: Words, *, is_asked: bool) -> Condition:
    """The line about temporary access says to use the form, or that it was used, instead of whom to ask."""
    if condition.kind != "grant" or condition.holds:
        return condition
    return replace(condition, mend=(words.say("mend.asked-for-access" if is_asked else "mend.ask-for-access"),))


def _onward(site: Site, app: App, at_hand: DeviceAtHand | None) -> str:
    """Where this browser's device can be made known."""
    match at_hand and at_hand.found:
        case Found.NOT_PROVED:
            return f"{PROVE}?{urlencode({'app': app.id, 'to': app.start})}"
        case Found.NOT_ENROLLED if site.known.device_rules.enrol_by_owner:
            return "/devices/install"
    return ""


def _helps(remedies: Remedies, named: str, words: Words, now: Instant) -> tuple[str, ...]:
    """What the person can do where it is more than a proof or waiting, which the page says in its own way."""
    if named in set(Named) - {Named.NOTHING_PERMITS}:
        return ()
    sets = [one for one in remedies if any(remedy.kind not in _SAID_ELSEWHERE for remedy in one)]
    return tuple(dict.fromkeys(remedy_sentence(one, Audience.SELF, words, now) for one in sets))
