"""How somebody gets their access: from their groups by rules and grants to apps, drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from limen.access.graph import Column, Graph, Node, Way, graph, ways
from limen.access.standing.privilege import standing_access
from limen.cedar import Policy
from limen.clock import Instant
from limen.company.askable import askable
from limen.facts import App, Grant, Person
from limen.policy.annotations import reason_of
from limen.policy.decision import Named
from limen.web.access.drawn_graph import Called, drawn
from limen.web.site import Site

HEADS: Final[Mapping[Column, str]] = {
    Column.PERSON: "Who",
    Column.GROUP: "Groups",
    Column.RULE: "Rules and grants",
    Column.APP: "Apps",
}


async def drawing_of(site: Site, person: Person, now: Instant) -> dict[str, Any]:
    """The drawing ("" where nothing is drawn), and how much is not in it."""
    every = await site.in_thread(lambda: _ways(site, person, now))
    shown, names = graph(person, every), names_of(site, person, every)
    drawing = drawn(shown, names, HEADS, f"How {person.name} gets access") if every else ""
    return {"drawing": drawing, "left_out": _left_out(shown)}


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
