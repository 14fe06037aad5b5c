"""Flows that were asked for and approved: what waits to be published, and the change that it becomes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.access.model import AccessRequest
from limen.access.services import Access
from limen.clock import DAY, SECOND, Instant, Milliseconds
from limen.company.authors import REQUEST
from limen.company.candidate import candidate
from limen.company.company import Company
from limen.company.publish import publish
from limen.errors import LimenError
from limen.facts.access_rules import AccessRules
from limen.network.flow_text import with_flow
from limen.network.model import FILE, Network
from limen.network.requested import again, stated, with_requested
from limen.network.stated import NetworkFile
from limen.web.access.rows import name_of
from limen.web.console.changes import Changes
from limen.web.network.changing import FLOWS
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/network/requested"
PAGES: Final = (Route("POST", f"{AT}/{{request_id}}", CHANGE, does="Draft a flow that was approved"),)
SHOWN_FOR: Final[Milliseconds] = 60 * DAY


@dataclass(frozen=True, slots=True)
class Approved:
    """A request that waits to be published, who asked, and who approved it, by name."""

    request: AccessRequest
    who: str
    by: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.post(f"{AT}/{{request_id}}")
    async def draft(request_id: str, visit: Authorized, sent: Sent) -> Response:
        company = await changes.unchanged_since(sent)
        request = next((one.request for one in await approved(site, visit.now) if one.request.id == request_id), None)
        if request is None or request.flow is None:
            raise LimenError("This request does not wait to be published any more", "reload the page")
        today, flow = _today(site, visit.now), request.flow
        after = await site.in_thread(lambda: with_approved(company, request, today))
        return await changes.begin(visit, f"Add the flow {flow.id}, which was asked for", after, FLOWS, company)

    return router


async def publish_approved(site: Site, visit: SignedInVisit, request: AccessRequest) -> bool:
    """Put in force what this visitor has just approved; False where an administrator has to: access.yaml does not let
    the approval do it, or it can't be published as it was approved.
    """
    rules, company, now = site.known.rules_of(AccessRules), site.ports.in_force.company, site.ports.clock.now()
    if rules is None or rules.flows is None or not rules.flows.publishes or company is None or request.flow is None:
        return False
    reason = f"The flow {request.flow.id} was asked for and approved"

    def work() -> None:
        publish(
            site.ports.database,
            with_approved(company, request, _today(site, now)),
            visit.person.id,
            reason,
            now,
            expected=company.revision,
            via=REQUEST,
            session=visit.session.id,
        )

    try:
        await site.in_thread(work)
    except LimenError:
        return False
    await site.ports.settled()
    return True


async def approved(site: Site, now: Instant) -> list[Approved]:
    """What was approved, and the network in force does not state; what has ended meanwhile is left out."""
    access, network = site.ports.offers.find(Access), site.known.rules_of(Network)
    if access is None or network is None:
        return []
    there, today = {one.id for one in network.flows}, _today(site, now)
    return [
        Approved(one, name_of(site, one.person_id), tuple(name_of(site, each.approver_id) for each in one.approvals))
        for one in await access.approved_flows(now - SHOWN_FOR)
        if one.flow is not None and one.flow.id not in there and not (one.flow.expires and one.flow.expires <= today)
    ]


def with_approved(company: Company, request: AccessRequest, today: str) -> Company:
    """The company with the flow that was approved: exactly this one, and nothing else.

    Raises LimenError where it would be another by now, or may not be.
    """
    file: NetworkFile = company.parts.get(FILE) or NetworkFile()
    flow, network = request.flow, file.network
    if flow is None or again(network, today, flow, knows_all=True).flow.meaning != flow.meaning:
        raise LimenError("The network has changed: this would open something else by now", "have it requested again")
    after = candidate(company, {FILE: with_flow(company.files.get(FILE, ""), stated(flow, request.reason))})
    stands: NetworkFile = after.parts[FILE]
    wanted = with_requested(network, flow, request.reason)
    if stands.network.flows != wanted.flows or _but_flows(stands.network) != _but_flows(wanted):
        raise LimenError(f"{FILE} would say something else than was approved", "add the flow by hand")
    return after


def _but_flows(network: Network) -> tuple[object, ...]:
    """All else that it states."""
    services = {one.name: one for one in network.services}
    return (network.zones, network.hosts, services, network.blocks, network.nevers, network.firewalls, network.trials)


def _today(site: Site, now: Instant) -> str:
    return datetime.fromtimestamp(now / SECOND, site.ports.settings.zone).date().isoformat()
