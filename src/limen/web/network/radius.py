"""The blast radius of people, devices, services, hosts and zones: what somebody reaches who took one over without a
further human step, and the change that takes most away.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.access.graph import Way, graph, groups_of
from limen.company.blast.radius import Blast, Surroundings
from limen.company.blast.shrinking import By, Shrinking, drafted, flow_of
from limen.company.blast.taken import TAKEN_OF, Holder, Kind, Taken, people_behind
from limen.company.blast.words import TITLES, change_said, counted_here, entry_said, sensitive
from limen.errors import LimenError
from limen.facts import Label
from limen.network.graph import drawable
from limen.network.proof.blast_radius import Reached
from limen.network.proved import Proved
from limen.network.services import service_text
from limen.policy.annotations import reason_of
from limen.web.access.drawn_graph import drawn as drawn_access
from limen.web.access.graph import HEADS, names_of
from limen.web.console.changes import Changes, problem_of
from limen.web.console.view_audit import audit_person_view, audit_view
from limen.web.network.drawn_graph import Shown, drawn
from limen.web.network.flows import DONE
from limen.web.network.proving import Proving
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/network/blast"
LARGEST: Final = f"{AT}/largest"
_TITLE: Final = "Blast radius"
_ICON: Final = "M12 11v2M12 3v3M12 18v3M3 12h3M18 12h3M12 8a4 4 0 100 8 4 4 0 000-8z"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 50, _ICON), hint="stolen laptop, cookie, password, lateral movement, reach"),
    Route("GET", LARGEST, READ),
    Route("POST", AT, CHANGE, does="Shrink a blast radius: see what would change"),
)
MOST_DRAWN: Final = 40
MOST_ARROWS: Final = 200
MOST_REACHED: Final = 200
MOST_OFFERED: Final = 2_000
MOST_SPARED: Final = 12
MOST_RANKED: Final = 100
_MOST_ALIKE: Final = 8


def routes(site: Site) -> APIRouter:
    router, changes, proving = APIRouter(), site.shared(Changes), site.shared(Proving)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        name, taken = query(request, "from").strip(), query(request, "taken")
        return await _page(site, proving, visit, name, taken, done=DONE.get(query(request, "done"), ""))

    @router.get(LARGEST)
    async def rank(visit: Authorized) -> Response:
        audit_view(site, visit, "largest blast radii")
        around = await proving.around(visit, _TITLE)
        found, names = await proving.largest(visit, _TITLE, around), _named(around)
        return site.page(
            "console/network_largest.html",
            visit,
            current=AT,
            rows=[(each, names.get(each.holder, each.holder.name)) for each in found[:MOST_RANKED]],
            more=max(0, len(found) - MOST_RANKED),
            titles=TITLES,
        )

    @router.post(AT)
    async def shrink(visit: Authorized, sent: Sent) -> Response:
        """Begin the change: of a flow or a zone, or of what an app requires."""
        name, taken = one(sent, "from"), one(sent, "taken")
        try:
            company = await changes.unchanged_since(sent)
            around = await proving.around(visit, _TITLE)
            change = _asked(around, one(sent, "by"), one(sent, "name"), one(sent, "zone"))
            files = await site.in_thread(lambda: drafted(around, company, change))
            return await changes.begin(visit, change_said(change, around.today.people), files, AT, company)
        except LimenError as wrong:
            return await _page(site, proving, visit, name, taken, problem=problem_of(wrong))

    return router


def _named(around: Surroundings) -> dict[Holder, str]:
    """As the page's address and its list have them: zones and hosts by their names alone, and by its id whatever has
    the name of another.
    """
    alike = Counter((one.kind, one.name) for one in around.holders)
    return {
        one: one.id
        if one.kind in {Kind.HOST, Kind.ZONE}
        else f"{one.kind}:{one.name if alike[one.kind, one.name] == 1 else one.id}"
        for one in around.holders
    }


def _asked(around: Surroundings, by: str, name: str, zone: str) -> Shrinking:
    if by not in {*By} or by == By.GROUP or (zone and zone not in around.network.zone_names):
        raise LimenError("there is no such change", "look at the page again")
    return Shrinking(By(by), name, (), (), 0, zone)


def _holder(around: Surroundings, name: str) -> Holder:
    """By a kind and what is behind it, by the name of a zone or host, or by any other name that only one has.

    Raises LimenError where there is none, and of several that have one name.
    """
    kind, _, rest = name.partition(":")
    if kind in {*Kind} and rest:
        found = around.found(Kind(kind), rest)
    else:
        found = (*around.found(Kind.ZONE, name), *around.found(Kind.HOST, name))
        found = found or tuple(
            one for each in (Kind.PERSON, Kind.DEVICE, Kind.WORKLOAD) for one in around.found(each, name)
        )
    if not found:
        what = f"nothing and nobody here is called {name[:80]!r}"
        raise LimenError(what, "choose one from the list that opens below the field")
    if len(found) > 1:
        ids = ", ".join(f"{one.kind}:{one.id}" for one in found[:_MOST_ALIKE])
        raise LimenError(f"there are several of the name {name[:80]}", f"give one of {ids}")
    return found[0]


async def _page(
    site: Site,
    proving: Proving,
    visit: SignedInVisit,
    name: str,
    taken: str = "",
    problem: LimenError | None = None,
    done: str = "",
) -> Response:
    around = await proving.around(visit, _TITLE)
    names = _named(around)
    offered = [*names.values()][-MOST_OFFERED:]
    holder, status = None, 0
    try:
        holder = _holder(around, name) if name else None
    except LimenError as wrong:
        problem, status = problem or wrong, 404
    if holder is None:
        return site.page(
            "console/network_blast.html",
            visit,
            status=status,
            found=None,
            has_network=bool(around.network.zones),
            offered=offered,
            place=name,
            done=done,
            problem=problem,
        )
    known = TAKEN_OF[holder.kind]
    if taken and taken not in known:
        raise HTTPException(404)
    for person in people_behind(holder, around.today) if holder.kind is not Kind.WORKLOAD else ():
        audit_person_view(site, visit, person.id, "blast radius")
    found, change = await proving.blast(visit, _TITLE, around, holder, Taken(taken) if taken else known[0])
    proved = await proving.proved(visit, _TITLE) if found.network else None
    return site.page(
        "console/network_blast.html",
        visit,
        place=names[holder],
        holder=holder,
        found=found,
        has_network=bool(around.network.zones),
        known=known,
        titles=TITLES,
        counted_here=counted_here(found),
        on_trial={each.id for each in around.network.trials},
        offered=offered,
        entries=[(each, entry_said(each, around.apps)) for each in found.entries],
        drawing=_drawing(proved, found) if proved else "",
        access=_access(site, around, found),
        policies=_titles(around),
        people=around.today.people,
        apps=around.apps,
        groups=site.known.groups,
        reached=[(each, Label(each.asset.sensitivity).word) for each in _reached(found)[:MOST_REACHED]],
        permitted=[(each, each.app.label.word) for each in found.apps[:MOST_REACHED]],
        more=max(0, len(_reached(found)) - MOST_REACHED),
        more_apps=max(0, len(found.apps) - MOST_REACHED),
        sensitive=sensitive(found),
        change=change,
        said=change_said(change, around.today.people) if change else "",
        can_draft=change is not None and (change.by not in {By.GROUP, By.FLOW} or flow_of(around.network, change)),
        tried_all=found.network is None or found.network.tried_all,
        service_text=service_text,
        most_spared=MOST_SPARED,
        done=done,
        problem=problem,
    )


def _reached(found: Blast) -> tuple[Reached, ...]:
    return found.network.reached if found.network else ()


def _titles(around: Surroundings) -> dict[str, str]:
    return {policy.id: reason_of(policy).title or policy.id for policy in around.engine.policies}


def _access(site: Site, around: Surroundings, found: Blast) -> str:
    """The person with the groups and rules by which apps are within reach; "" where there are several, or none."""
    behind = people_behind(found.holder, around.today)
    if len(behind) != 1 or not found.apps:
        return ""
    of_policy = {policy.id: groups_of(policy) for policy in around.engine.policies}
    ways = tuple(
        Way(each.app.id, each.actions, policy, tuple(sorted(of_policy.get(policy, frozenset()) & behind[0].groups)))
        for each in found.apps
        for policy in each.policies
    )
    names = names_of(site, behind[0], ways)
    return drawn_access(graph(behind[0], ways), names, HEADS, f"Apps within reach of {behind[0].name}")


def _drawing(proved: Proved, found: Blast) -> str:
    """The network with where it begins, what is reached, and the lines that are gone by."""
    network = proved.network
    begins = [each.place for each in found.entries]
    steps = {network.host_of[each].zone if each in network.host_of else each: 0 for each in begins}
    reached = _reached(found)
    for each in reached:
        steps.setdefault(each.asset.zone, len(each.steps))
    used = frozenset((step.source.zone, step.destination.zone) for each in reached for step in each.steps)
    part = drawable(proved.graph, MOST_DRAWN, MOST_ARROWS, first=frozenset(list(steps)[:MOST_DRAWN]))
    shown = Shown(
        nodes={each.name: f"/console/network/zones/{each.name}" for each in part.nodes}, steps=steps, used=used
    )
    return drawn(part, f"What can be reached from {found.holder.name}", shown=shown)
