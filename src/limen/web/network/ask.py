"""Ask for a way through the network: from where to where, by which service, what for, and until when.

Whoever may not read the network types what they know, and is told of nothing else: no list of places stands here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.flow_requests import LONGEST_PURPOSE
from limen.access.services import Access
from limen.clock import SECOND
from limen.errors import LimenError
from limen.facts.access_rules import AccessRules
from limen.messages import gettext_noop
from limen.network.learning.flows import ends_of
from limen.network.learning.refusals import Refusal
from limen.network.learning.service import Learning
from limen.network.model import INTERNET, Network
from limen.network.requested import MOST_DAYS, REVIEW_DAYS
from limen.network.zones_by_address import ZonesByAddress
from limen.web.access.ask import MINE
from limen.web.access.rows import device_of
from limen.web.page import Page, Route
from limen.web.permissions import READ, VIEW
from limen.web.portal.apps import nothing_here
from limen.web.requests import one, query
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/network/ask"
PAGES: Final = (
    Page(AT, gettext_noop("Ask for a connection"), VIEW, hint="network, firewall, refused, flow"),
    Route("POST", AT, VIEW, does=gettext_noop("Ask for a connection")),
)
FIELDS: Final = ("from", "to", "service", "purpose", "expires", "review")
EXPIRES_DAYS: Final = 90
LONGEST_NAME: Final = 60
MOST_OFFERED: Final = 500


@dataclass(frozen=True, slots=True)
class Refused:
    """A connection that was refused, the name of the device that tried, and the address of the form for it ("": it
    can't be asked for by name).
    """

    refusal: Refusal
    device: str
    ask: str


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        if not may_ask(site, visit):
            return nothing_here(site, visit)
        today = _today(site, visit)
        values = {name: query(request, name)[:LONGEST_NAME] for name in ("from", "to", "service")}
        values["from"] = values["from"] or _zone_of(site, visit)
        values |= {"expires": _in_days(today, EXPIRES_DAYS), "review": _in_days(today, min(EXPIRES_DAYS, REVIEW_DAYS))}
        return await _form(site, visit, values)

    @router.post(AT)
    async def ask(visit: Authorized, sent: Sent) -> Response:
        if not may_ask(site, visit):
            return nothing_here(site, visit)
        values = {name: one(sent, name).strip() for name in FIELDS}
        asking = site.ports.offers.take(Access).ask_for_flow(
            visit.session,
            values["from"],
            values["to"],
            values["service"],
            values["purpose"],
            review=values["review"],
            expires=values["expires"],
            knows_all=_knows_all(visit),
        )
        await done_or_page(asking, lambda wrong: _form(site, visit, values, wrong))
        return site.go(visit, MINE, done="asked")

    return router


def may_ask(site: Site, visit: SignedInVisit) -> bool:
    """Whether this person may ask for flows, and there is a network to ask for."""
    access = site.ports.offers.find(Access)
    network = site.known.rules_of(Network)
    return access is not None and bool(network and network.zones) and access.may_ask_for_flows(visit.person)


async def refused_to(site: Site, visit: SignedInVisit) -> list[Refused]:
    """What was refused to this person's devices within a day, the newest first; nobody else's."""
    learning = site.ports.offers.find(Learning)
    several = await learning.refused_to(visit.person.id) if learning is not None else []
    return [_refused(site, each) for each in several]


def _refused(site: Site, refusal: Refusal) -> Refused:
    words = {"from": refusal.source, "to": refusal.destination, "service": refusal.service}
    device = device_of(site, refusal.device_id)[0]
    return Refused(refusal, device, f"{AT}?{urlencode(words)}" if refusal.is_known else "")


async def _form(
    site: Site, visit: SignedInVisit, values: dict[str, str], problem: LimenError | None = None
) -> Response:
    today, rules = _today(site, visit), site.known.rules_of(AccessRules)
    network = site.known.rules_of(Network) or Network(())
    names = [*network.zone_names, *network.host_of][:MOST_OFFERED] if _knows_all(visit) else []
    return site.page(
        "access/ask_flow.html",
        visit,
        status=400 if problem else 200,
        values={name: values.get(name, "") for name in FIELDS},
        refused_connections=await refused_to(site, visit),
        places=names,
        services=sorted(network.service_of) if _knows_all(visit) else [],
        tomorrow=_in_days(today, 1),
        latest=_in_days(today, MOST_DAYS),
        least=rules.flows.reason_length if rules is not None and rules.flows is not None else 0,
        most={"name": LONGEST_NAME, "purpose": LONGEST_PURPOSE},
        problem=problem,
    )


def _knows_all(visit: SignedInVisit) -> bool:
    return not visit.may.isdisjoint(READ)


def _zone_of(site: Site, visit: SignedInVisit) -> str:
    """The zone that the visitor's address is in; "" where it is in none."""
    ends = ends_of(visit.visitor.address, visit.visitor.address)
    network = site.known.rules_of(Network)
    if ends is None or network is None:
        return ""
    zone = ZonesByAddress(network).zone_at(ends.family, ends.source)
    return "" if zone == INTERNET else zone


def _today(site: Site, visit: SignedInVisit) -> date:
    return datetime.fromtimestamp(visit.now / SECOND, site.ports.settings.zone).date()


def _in_days(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
