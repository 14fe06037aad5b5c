"""Whoever something speaks against, the worst first; and how a score comes about, line by line."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.monitor.alerts.model import Subject
from limen.monitor.alerts.service import Alerts
from limen.monitor.risk.arithmetic import Step
from limen.monitor.risk.projection import RAISED, listed
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_view
from limen.web.monitor.evidence import evidence_of
from limen.web.page import Menu, Page, Route
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/risk"
HIGH: Final = 70
MOST: Final = 200
_ICON: Final = "M4 18a8 8 0 0 1 16 0M12 18l4-6"
PAGES: Final = (
    Page(AT, "Risk", READ, Menu("Watch", 30, _ICON), hint="score of people, devices, sessions"),
    Route("GET", f"{AT}/{{kind}}/{{subject_id}}", READ),
)
STEPS: Final = {
    Step.DAILY_CAP: "One rule counts for one and a half times its worst finding of a day",
    Step.BONUS: "Signs of three stages of an attack or more (MITRE calls them tactics): a quarter more",
    Step.UNPROVEN_CAP: "Sources that can't prove themselves are capped, and not added to the rest: they refuse nobody",
    Step.FULL: "No score is above 100",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    alerts = site.ports.offers.take(Alerts)

    @router.get(AT)
    async def every(visit: Authorized) -> Response:
        audit_view(site, visit, "risk")
        return site.page(
            "monitor/risks.html",
            visit,
            risks=[(subject, name_of(site, subject), value) for subject, value in listed(alerts.risk)][:MOST],
            is_watching=alerts.risk.is_watching,
            is_known=alerts.risk.is_known,
            raised=RAISED,
            high=HIGH,
        )

    @router.get(f"{AT}/{{kind}}/{{subject_id}}")
    async def single(kind: str, subject_id: str, visit: Authorized) -> Response:
        subject = (kind, subject_id)
        if subject not in alerts.risk.held and not _is_known(site, subject):
            raise HTTPException(404)
        audit_view(site, visit, "risk")
        score = alerts.risk.score_of(subject)
        behind = await alerts.behind([line.finding.id for line in score.lines if line.finding is not None])
        return site.page(
            "monitor/risk.html",
            visit,
            subject=subject,
            name=name_of(site, subject),
            score=score,
            cases={finding_id: case for finding_id, (_finding, case) in behind.items()},
            evidence={finding_id: evidence_of([found.hit]) for finding_id, (found, _case) in behind.items()},
            floor=alerts.risk.floor_of(subject),
            steps=STEPS,
            raised=RAISED,
            high=HIGH,
        )

    return router


def name_of(site: Site, subject: Subject) -> str:
    kind, id_ = subject
    if kind == "person":
        return person_name(site.known, id_)
    if kind == "session":
        session = site.known.issued(id_)
        return f"A session of {person_name(site.known, session.person_id)}" if session else "A session that is over"
    return f"Device {id_[:10]}…"


def _is_known(site: Site, subject: Subject) -> bool:
    known = site.known
    ids = {"person": known.people.keys(), "device": known.devices.keys(), "session": known.sessions.keys()}
    return subject[1] in ids.get(subject[0], ())
