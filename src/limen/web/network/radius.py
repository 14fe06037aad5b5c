"""The blast radius of a zone or host: what somebody reaches who took it over, and the change that takes most away."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.facts import Label
from limen.network.flow_text import kept_out_of, without_flow
from limen.network.graph import drawable
from limen.network.model import FILE, Network
from limen.network.proof.blast_radius import BlastRadius
from limen.network.proved import Proved
from limen.network.services import service_text
from limen.web.console.changes import Changes, problem_of
from limen.web.network.drawn_graph import Shown, drawn
from limen.web.network.flows import DONE
from limen.web.network.proving import Proving
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/network/blast"
_TITLE: Final = "Blast radius"
_ICON: Final = "M12 11v2M12 3v3M12 18v3M3 12h3M18 12h3M12 8a4 4 0 100 8 4 4 0 000-8z"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 50, _ICON), hint="network, compromised host, lateral movement, reach"),
    Route("POST", AT, CHANGE, does="Shrink a blast radius: see what would change"),
)
MOST_DRAWN: Final = 40
MOST_ARROWS: Final = 200
MOST_REACHED: Final = 200
MOST_OFFERED: Final = 500
MOST_SPARED: Final = 12


def routes(site: Site) -> APIRouter:
    router, changes, proving = APIRouter(), site.shared(Changes), site.shared(Proving)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return await _page(
            site, proving, visit, query(request, "from").strip(), done=DONE.get(query(request, "done"), "")
        )

    @router.post(AT)
    async def shrink(visit: Authorized, sent: Sent) -> Response:
        """Begin the change that takes a flow out, or its part into one zone."""
        place, flow, zone = (one(sent, name) for name in ("from", "flow", "zone"))
        try:
            company = await changes.unchanged_since(sent)
            text, network = company.files.get(FILE, ""), proving.stated(visit, _TITLE)
            if zone and zone not in network.zone_names:
                raise LimenError("there is no such zone", "look at the page again")  # noqa: TRY301 -- on this page
            new = kept_out_of(text, network, flow, zone) if zone else without_flow(text, flow)
            said = f"Keep the flow {flow} out of {zone}" if zone else f"Take out the flow {flow}"
            return await changes.begin(visit, said, {FILE: new}, AT, company)
        except LimenError as wrong:
            return await _page(site, proving, visit, place, problem=problem_of(wrong))

    return router


async def _page(
    site: Site,
    proving: Proving,
    visit: SignedInVisit,
    place: str,
    problem: LimenError | None = None,
    done: str = "",
) -> Response:
    network = proving.stated(visit, _TITLE)
    known = [*network.zone_names, *network.host_of]
    if place and place not in known:
        raise HTTPException(404)
    proved, found = await proving.radius(visit, _TITLE, place) if place else (None, None)
    return site.page(
        "console/network_blast.html",
        visit,
        place=place,
        on_trial={each.id for each in network.trials},
        offered=known[:MOST_OFFERED],
        found=found,
        drawing=_drawing(proved, found) if proved and found else "",
        reached=[(each, Label(each.asset.sensitivity).word) for each in found.reached[:MOST_REACHED]] if found else [],
        more=max(0, len(found.reached) - MOST_REACHED) if found else 0,
        sensitive=sum(each.asset.sensitivity >= Label.CONFIDENTIAL for each in found.reached) if found else 0,
        change_flow=_flow_of(network, found) if found else "",
        service_text=service_text,
        most_spared=MOST_SPARED,
        done=done,
        problem=problem,
    )


def _flow_of(network: Network, found: BlastRadius) -> str:
    """The flow that the best change takes something of; "" where there is none."""
    change = found.best_change
    return change.rule_id if change and any(each.id == change.rule_id for each in network.flows) else ""


def _drawing(proved: Proved, found: BlastRadius) -> str:
    """The network with where it begins, what is reached, and the lines that are gone by."""
    network, place = proved.network, found.start.name
    steps = {network.host_of[place].zone if place in network.host_of else place: 0}
    for each in found.reached:
        steps.setdefault(each.asset.zone, len(each.steps))
    used = frozenset((step.source.zone, step.destination.zone) for each in found.reached for step in each.steps)
    part = drawable(proved.graph, MOST_DRAWN, MOST_ARROWS, first=frozenset(list(steps)[:MOST_DRAWN]))
    shown = Shown(
        nodes={each.name: f"/console/network/zones/{each.name}" for each in part.nodes}, steps=steps, used=used
    )
    return drawn(part, f"What can be reached from {place}", shown=shown)
