"""Factors: who lacks what is required and by when, and how people really signed in, each figure with its rows."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import MINUTE
from limen.identity.factor_report import FactorReport, factor_report
from limen.identity.past_sign_ins import PastSignIns, past_sign_ins
from limen.identity.store import people
from limen.web.console.view_audit import audit_view
from limen.web.expiring import ExpiringValues
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (
    Page(
        "/console/factors",
        "Factors",
        READ,
        Menu("Know", 25, "passkey"),
        hint="MFA, passkeys, who lacks what, weak sign-ins, deadlines",
    ),
)
MOST_ROWS: Final = 200
_KEPT_MS: Final = MINUTE
"""The journal is read once a minute at most, whoever looks."""


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/factors")
    async def show(visit: Authorized) -> Response:
        audit_view(site, visit, "factors")
        report = await _report(site, visit.now)
        return site.page("console/factors.html", visit, report=report, most=MOST_ROWS)

    return router


async def _report(site: Site, now: int) -> FactorReport:
    kept = site.shared(_read_lately)
    past = kept.get("", now)
    if past is None:
        past = await site.in_thread(lambda: past_sign_ins(site.ports.journal.reader, now))
        kept.put("", past, now)
    members = await site.ports.database.reading(lambda snapshot: people.members(snapshot.connection))
    return factor_report(members, site.known.required_factors, past)


def _read_lately(_site: Site) -> ExpiringValues[str, PastSignIns]:
    return ExpiringValues(_KEPT_MS, 1)
