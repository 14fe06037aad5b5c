"""My access: the groups one is in, and for each app what is open now, what is not, why, and what would open it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.enforcement.request_action import NO_RULE, Routes
from limen.facts import Facts
from limen.messages import Words, gettext_noop
from limen.policy.access import access
from limen.policy.decision import Decision, Effect, Named, ReasonText
from limen.policy.wording import Audience, Names, because
from limen.web.access.mine import temporary_access
from limen.web.access.requestable import requestable
from limen.web.network.ask import may_ask as may_ask_for_flows, refused_to
from limen.web.page import PORTAL, Menu, Page
from limen.web.permissions import VIEW
from limen.web.portal.apps import Card, launcher
from limen.web.portal.withheld import action_name, helps
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, SignedInVisit

PAGES: Final = (
    Page(
        "/access", "Your access", VIEW, Menu(PORTAL, 50, title=gettext_noop("Access")), hint="what you may do, groups"
    ),
)


@dataclass(frozen=True, slots=True)
class Part:
    """Requests to an app with one answer: all that are an action, or those on some routes where others of it differ.

    `texts` are what the policies that refuse say of themselves, in the words of whoever wrote them;
    `why` is what was missing, and `helps` each way to turn the answer. All three are () for what is permitted.
    """

    name: str
    effect: Effect
    texts: tuple[ReasonText, ...]
    why: tuple[str, ...]
    helps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One app: the parts that are open, at once or after a proof, and those that are not."""

    card: Card
    opened: tuple[Part, ...]
    shut: tuple[Part, ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/access")
    async def show(request: Request, visit: Authorized) -> Response:
        cards, shut = launcher(site, visit)
        groups = [site.known.groups[group] for group in sorted(visit.person.groups) if group in site.known.groups]
        rows = [_row(site, visit, card) for card in (*cards, *shut)]
        temporary = await temporary_access(site, visit, may_ask=bool(requestable(site, visit)))
        refused = await refused_to(site, visit) if may_ask_for_flows(site, visit) else []
        done = query(request, "done")
        return site.page(
            "portal/access.html", visit, groups=groups, rows=rows, done=done, refused_connections=refused, **temporary
        )

    return router


def _row(site: Site, visit: SignedInVisit, card: Card) -> Row:
    facts = site.known.facts(visit.session, card.app, visit.visitor.address)
    parts = _parts(site, visit, facts)
    opened = tuple(one for one in parts if one.effect is not Effect.DENY)
    return Row(card, opened, tuple(one for one in parts if one.effect is Effect.DENY))


_Answers: TypeAlias = dict[tuple[str, ...], list[Decision]]
"""The decisions about one action, those that say the same together."""


def _parts(site: Site, visit: SignedInVisit, facts: Facts) -> list[Part]:
    """What of an app is answered alike, from the mildest action to the strictest.

    Policies can tell routes apart, so that what is said of an action as a whole may hold for some of its requests only.
    """
    engine = site.ports.in_force.engine
    names = Names(visit.person.name, facts.app.name, site.known.groups)
    by_action: dict[str, _Answers] = {}
    for decision in _decisions(site, visit, facts):
        effect = decision.effect
        spoke = tuple(reason.policy for reason in decision.reasons) if effect is Effect.DENY else ()
        by_action.setdefault(decision.request.action, {}).setdefault((effect, *spoke), []).append(decision)
    parts = []
    for action, answers in by_action.items():
        for alike in answers.values():
            first, name = alike[0], action_name(action, visit.localizer)
            if len(answers) > 1:
                name = visit.localizer.say("part.on", what=name, where=_where(alike, answers, visit.localizer))
            said = because(engine, first, Audience.SELF, visit.localizer, names)
            why = tuple(one.sentence for one in said)
            parts.append(
                Part(name, first.effect, _texts(first, visit.localizer), why, helps(first, visit.localizer, names))
            )
    return parts


def _decisions(site: Site, visit: SignedInVisit, facts: Facts) -> list[Decision]:
    """One for each kind of request to the app; where it is not behind Limen, for each action."""
    engine, whole = site.ports.in_force.engine, access(site.ports.in_force.engine, facts, visit.now)
    if not facts.app.host:
        return list(whole.values())
    asked = sorted(Routes(facts.app).every_request(), key=lambda request: [*whole].index(request.action))
    return [engine.decide(request, facts, visit.now) for request in asked]


def _texts(decision: Decision, words: Words) -> tuple[ReasonText, ...]:
    spoke = [one for one in decision.reasons if one.effect == "forbid" and one.policy not in set(Named)]
    return tuple(dict.fromkeys(one.in_language(words.language) for one in spoke if one.text))


def _as_words(route: str) -> str:
    """`/plans/…` for all that is below."""
    return route.removesuffix("**") + "…" if route.endswith("/**") else route


def _where(alike: list[Decision], answers: _Answers, words: Words) -> str:
    """The routes of these decisions; with its methods a route of which others are answered otherwise."""
    elsewhere = {one.request.route for others in answers.values() if others is not alike for one in others}
    said = []
    for request in (one.request for one in alike):
        route = words.say("part.anything-else") if request.route == NO_RULE else _as_words(request.route)
        said.append(f"{request.method} {route}" if request.route in elsewhere else route)
    return words.joined(list(dict.fromkeys(said)))
