"""What if: any person, device, place, time, app and action, and the answer; beside it a table, each cell with its why.

Everything that is supposed stands in the address, so a question can be sent to somebody else. Nothing is journaled:
nobody asked for anything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.facts import ACTIONS, ANYBODY, LIMEN, App, Facts, Person
from limen.messages import Language, Words
from limen.policy.access import is_absent
from limen.policy.attributes import ATTRIBUTES
from limen.policy.decision import Request as DecisionRequest
from limen.policy.matrix import Cell, Decide, matrix
from limen.policy.wording import Audience, Names, Said, say
from limen.sso.told import WORDS, Told
from limen.web.console.changes import Changes
from limen.web.console.rule_typed import UNKNOWN_WORDS
from limen.web.console.rules import unknown_facts
from limen.web.console.sentences import Spoke, doing, spoke
from limen.web.console.what_if_question import NOBODY, TABLES, Chosen, World, read, what_if_choices
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.sso.shown import told_here
from limen.web.visit import Authorized

PAGES: Final = (
    Page("/console/what-if", "What if", READ, Menu("Decide", 20, "what-if"), hint="try a request, who could open what"),
)

SHOWN_ACTIONS: Final = ("view", "download", "edit", "share", "administer")
PEOPLE_AT_ONCE: Final = 100
CELLS_AT_ONCE: Final = 600
"""Answers in one table: about 110 kB of page."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The one answer, in full."""

    effect: str
    sentence: str
    reasons: tuple[tuple[str, str], ...]
    said: Said
    spoke: tuple[Spoke, ...]
    is_absent: bool
    valid_until: Instant | None
    told: Told | None
    """What the app would be told of the person, where it asks Limen who somebody is."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One cell, its address, and what it says to those who don't see where it stands.

    `is_absent`: nobody can ask for it, because no request to the app is this action.
    """

    cell: Cell
    href: str
    label: str
    is_absent: bool = False
    was: str = ""
    """What is answered today, where a draft answers otherwise."""


@dataclass(frozen=True, slots=True)
class Table:
    """Answers in rows and columns. `of` is how many rows there are in all, `start` where these begin."""

    corner: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Shown, ...]], ...]
    start: int = 0
    of: int = 0


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/what-if")
    async def show(request: Request, visit: Authorized) -> Response:
        draft = await changes.drafts.of(query(request, "draft"), visit.person.id)
        world = World.in_force(site) if draft is None else await site.in_thread(lambda: World.of(draft))
        chosen = replace(read(request, site.known, world), draft=draft.id if draft is not None else "")
        everybody = sorted(site.known.people.values(), key=lambda one: one.name.casefold())
        apps = sorted(world.apps.values(), key=lambda one: (one.id == LIMEN, one.name.casefold()))
        answered, table = await site.in_thread(lambda: _answer(site, world, chosen, everybody, apps, visit.now))
        return site.page(
            "console/what_if.html",
            visit,
            chosen=chosen,
            draft=draft,
            answered=answered,
            table=table,
            people=everybody,
            apps=apps,
            actions=ACTIONS,
            untold=[words for fact, words in UNKNOWN_WORDS.items() if fact in unknown_facts(site)],
            **what_if_choices(site, world),
            tables=TABLES,
            attributes=tuple(ATTRIBUTES.table.loose.values()),
            words=WORDS,
            at_once=people_at_once(chosen.table, len(apps)),
        )

    return router


def people_at_once(table: str, apps: int) -> int:
    """How many people fit on one page: the more apps there are, the fewer."""
    columns = apps if table == "all" else len(SHOWN_ACTIONS)
    return max(10, min(PEOPLE_AT_ONCE, CELLS_AT_ONCE // max(columns, 1)))


def _answer(
    site: Site, world: World, chosen: Chosen, everybody: Sequence[Person], apps: Sequence[App], present: Instant
) -> tuple[Answered | None, Table | None]:
    """The answer and the table; it may take a moment, so it runs beside the event loop."""
    engine, networks = world.engine, world.networks
    supposed = chosen.supposed()
    now = supposed.now(engine.zone) if chosen.at else present
    person = ANYBODY if chosen.person == NOBODY else site.known.people.get(chosen.person)
    app = world.apps.get(chosen.app)
    answered = None
    if person is not None and app is not None:
        facts = supposed.facts(person if person.id else None, app, chosen.action, now, networks)
        answered = _in_full(site, world, DecisionRequest(chosen.action), facts, now)
    decide = matrix(engine, supposed, now, networks)
    today = matrix(site.ports.in_force.engine, supposed, now, site.known.networks) if chosen.draft else None

    def shown(who: Person, what: App, action: str) -> Shown:
        cell = decide(who, what, action)
        was = _today(today, site.known.apps.get(what.id), who, action, cell)
        href = chosen.link(person=who.id or NOBODY, app=what.id, action=action)
        absent = is_absent(what, action)
        title = "no request to the app is this" if absent else cell.title
        label = f"{who.name or 'Nobody'}, {action.replace('_', ' ')}, {what.name}: {title}"
        return Shown(cell, href, label + (f" (today: {was})" if was else ""), absent, was)

    if chosen.table == "person":
        if person is None:
            return answered, None
        of_person = tuple((one.name, tuple(shown(person, one, each) for each in SHOWN_ACTIONS)) for one in apps)
        return answered, Table(person.name or "Nobody", SHOWN_ACTIONS, of_person, 0, len(of_person))
    start = min(int(chosen.start or 0), max(len(everybody) - 1, 0))
    some = everybody[start : start + people_at_once(chosen.table, len(apps))]
    if chosen.table == "app":
        if app is None:
            return answered, None
        of_app = tuple((one.name, tuple(shown(one, app, each) for each in SHOWN_ACTIONS)) for one in some)
        return answered, Table(app.name, SHOWN_ACTIONS, of_app, start, len(everybody))
    of_all = tuple((one.name, tuple(shown(one, each, chosen.action) for each in apps)) for one in some)
    return answered, Table(chosen.action, tuple(one.name for one in apps), of_all, start, len(everybody))


def _today(today: Decide | None, app: App | None, who: Person, action: str, cell: Cell) -> str:
    """What is answered today, where a draft answers otherwise; "none" for an app that is new in it."""
    if today is None:
        return ""
    if app is None:
        return "none"
    was = today(who, app, action).effect
    return was.value if was is not cell.effect else ""


def _in_full(site: Site, world: World, asked: DecisionRequest, facts: Facts, now: Instant) -> Answered:
    engine, known = world.engine, site.known
    explanation = engine.explain(asked, facts, now)
    decision = explanation.decision
    who = facts.person.name or "Nobody"
    written = {policy.id: policy for policy in engine.policies}
    could = {"permit": "could", "challenge": "would be asked to confirm their identity to", "deny": "could not"}[
        decision.effect
    ]
    return Answered(
        effect=decision.effect,
        sentence=f"{who} {could} {doing(asked.action)} {facts.app.name}",
        reasons=tuple((one.title or one.policy, one.text) for one in decision.reasons),
        said=say(
            engine,
            decision,
            Audience.ADMINISTRATOR,
            Words(Language.ENGLISH, engine.zone),
            Names(who, facts.app.name, world.groups),
        ),
        spoke=tuple(
            spoke(one, written[one.id], known)
            for one in sorted(explanation.policies, key=lambda one: (not one.determined, one.outcome != "held", one.id))
        ),
        is_absent=is_absent(facts.app, asked.action),
        valid_until=explanation.valid_until,
        told=told_here(site, facts.app, facts.person, facts.auth) if facts.person.id else None,
    )
