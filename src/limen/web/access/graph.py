"""How somebody gets their access: from their groups by rules and grants to apps, drawn, and as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.access.graph import Column, Graph, Node, Way, graph, ways
from limen.access.standing.privilege import standing_access
from limen.cedar import Policy
from limen.clock import Instant
from limen.company.askable import askable
from limen.facts import App, Grant, Person
from limen.policy.annotations import reason_of
from limen.policy.decision import Named
from limen.web.access.drawn_graph import Called, drawn
from limen.web.access.standing import everybody
from limen.web.console.view_audit import audit_person_view
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", "/console/people/{person_id}/access", READ),)
HEADS: Final[Mapping[Column, str]] = {
    Column.PERSON: "Who",
    Column.GROUP: "Groups",
    Column.RULE: "Rules and grants",
    Column.APP: "Apps",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/people/{person_id}/access")
    async def look(person_id: str, visit: Authorized) -> Response:
        person = (await everybody(site)).get(person_id)
        if person is None:
            raise HTTPException(404)
        audit_person_view(site, visit, person_id, "access graph")
        every = await site.in_thread(lambda: _ways(site, person, visit.now))
        shown = graph(person, every)
        names = names_of(site, person, every)
        return site.page(
            "console/graph.html",
            visit,
            current="/console/people",
            person=person,
            ways=every,
            names=names,
            drawing=drawn(shown, names, HEADS, f"How {person.name} gets access") if every else "",
            left_out=_left_out(shown),
            apps=site.known.apps,
            rule=lambda way: names[Node(Column.RULE, way.rule)],
            groups=site.known.groups,
        )

    return router


def _ways(site: Site, person: Person, now: Instant) -> tuple[Way, ...]:
    engine = site.ports.in_force.engine
    apps = sorted(site.known.apps.values(), key=lambda one: (-one.sensitivity, one.name.casefold()))
    found = standing_access(engine, [person], apps, since=now)
    return ways(person, found, engine.policies, _grants(site, person, now), {app.id: askable(app) for app in apps})


def _grants(site: Site, person: Person, now: Instant) -> list[Grant]:
    held = site.known.grants.get(person.id) or ()
    return [one for one in held if now < one.until]


def names_of(site: Site, person: Person, every: tuple[Way, ...]) -> dict[Node, Called]:
    """What each node is called, and where it leads."""
    policies = {policy.id: policy for policy in site.ports.in_force.engine.policies}
    names = {Node(Column.PERSON, person.id): Called(person.name)}
    for way in every:
        app = site.known.apps[way.app]
        names[Node(Column.APP, app.id)] = Called(app.name, f"/console/apps/{app.id}")
        for group in way.groups:
            title = site.known.groups[group].title if group in site.known.groups else ""
            names[Node(Column.GROUP, group)] = Called(title or group, f"/console/people?group={group}")
        names[Node(Column.RULE, way.rule)] = _rule(way, policies, app)
    return names


def _rule(way: Way, policies: Mapping[str, Policy], app: App) -> Called:
    if way.is_grant:
        return Called("A grant", "/console/access")
    if way.rule == Named.ONBOARDING:
        return Called("Onboarding", f"/console/apps/{app.id}")
    policy = policies.get(way.rule)
    return Called(reason_of(policy).title or way.rule if policy else way.rule, f"/console/policies/{way.rule}")


def _left_out(shown: Graph) -> list[str]:
    words = {Column.GROUP: "groups", Column.RULE: "rules", Column.APP: "apps"}
    return [f"{number} {words[column]}" for column, number in shown.left_out.items() if number]
