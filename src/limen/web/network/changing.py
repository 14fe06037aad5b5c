"""Changing network.yaml: a flow or a host more, or the text itself; planned and published as ever."""

from __future__ import annotations

import re
from datetime import date, timedelta
from ipaddress import ip_address, ip_network
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.network.flow_text import with_flow, with_host
from limen.network.model import FILE, Flow, Host, Way
from limen.web.console.changes import Changes
from limen.web.console.edited_file import MOST_PROBLEMS, EditedFile, add_editing, problems_of
from limen.web.network.proving import Proving
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE
from limen.web.requests import one, query
from limen.web.site import Site, status_of
from limen.web.visit import Authorized, Sent, SignedInVisit

NEW: Final = "/console/network/new-flow"
TEXT: Final = "/console/network/file"
FLOWS: Final = "/console/network/flows"
MAP: Final = "/console/network"
PAGES: Final = (
    Page(NEW, "Add a flow", CHANGE, hint="network, let through, open"),
    Page(TEXT, "Edit network.yaml", CHANGE, hint="zones, hosts, services, flows, blocks, never"),
    Route("POST", "/console/network/zones/{zone}/hosts", CHANGE, does="State a host: see what would change"),
    Route("POST", NEW, CHANGE, does="Add a flow: see what would change"),
    Route("POST", TEXT, CHANGE, does="Change network.yaml: see what would change"),
)
EDITED: Final = EditedFile(
    TEXT,
    FILE,
    MAP,
    "Network map",
    "The next page says what becomes newly reachable. Nothing takes effect until you publish, and what must never be "
    "is refused.",
    "No problems found, and all that must never be is proved.",
    (NEW, "Add flows"),
)
REVIEW_DAYS: Final = 180
FIELDS: Final = ("id", "from", "to", "service", "owner", "purpose", "review", "expires")
MOST_OFFERED: Final = 500
_BETWEEN: Final = re.compile(r"[,\s]+")


def routes(site: Site) -> APIRouter:
    router, changes, proving = APIRouter(), site.shared(Changes), site.shared(Proving)

    @router.get(NEW)
    async def form(request: Request, visit: Authorized) -> Response:
        review = date.fromisoformat(proving.today(visit)) + timedelta(days=REVIEW_DAYS)
        values = {name: query(request, name) for name in ("from", "to", "service")}
        return _form(site, proving, visit, {**values, "review": review.isoformat()})

    @router.post(NEW)
    async def add(visit: Authorized, sent: Sent) -> Response:
        values = {name: one(sent, name).strip() for name in FIELDS}
        try:
            company = await changes.unchanged_since(sent)
            text = with_flow(company.files.get(FILE, ""), _flow(values))
            said = f"Add the flow {values['id']}"
            return await changes.begin(visit, said, {FILE: text}, FLOWS, company)
        except LimenError as wrong:
            return _form(site, proving, visit, values, wrong)

    @router.post("/console/network/zones/{zone}/hosts")
    async def state_host(zone: str, visit: Authorized, sent: Sent) -> Response:
        host = _host(zone, one(sent, "name").strip(), one(sent, "address").strip())
        company = await changes.unchanged_since(sent)
        text = with_host(company.files.get(FILE, ""), host)
        return await changes.begin(visit, f"State the host {host.name}", {FILE: text}, MAP, company)

    add_editing(router, site, EDITED)
    return router


def _flow(values: dict[str, str]) -> Flow:
    """What a form says. Whatever is wrong with it is found where the file is read."""
    ways = [tuple(name for name in _BETWEEN.split(values[key]) if name) for key in ("from", "to", "service")]
    if not all(ways):
        raise LimenError("a flow is from somewhere to somewhere, by a service", "name one of each")
    expires = values["expires"]
    return Flow(values["id"], Way(*ways), values["purpose"], values["owner"], values["review"], expires)


def _host(zone: str, name: str, address: str) -> Host:
    """Whatever else is wrong with it is found where the file is read."""
    try:
        return Host(name, zone, (ip_network(ip_address(address)),))
    except ValueError:
        raise LimenError("a host has an address, such as 10.20.0.9", "go back and press again") from None


def _form(
    site: Site, proving: Proving, visit: SignedInVisit, values: dict[str, str], wrong: LimenError | None = None
) -> Response:
    network = proving.file.network
    return site.page(
        "console/network_new_flow.html",
        visit,
        status=status_of(wrong) if wrong else 200,
        current=FLOWS,
        values={name: values.get(name, "") for name in FIELDS},
        places=[*network.zone_names, "inside", "everything", *network.host_of][:MOST_OFFERED],
        services=["any", *network.service_of],
        owners=sorted(site.known.groups),
        problems=problems_of(wrong)[:MOST_PROBLEMS],
    )
