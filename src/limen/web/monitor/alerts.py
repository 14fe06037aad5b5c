"""Cases of alerts: which are open, what is in one, what to do about it, and what it turned out to be."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import DAY, HOUR
from limen.monitor.alerts import words
from limen.monitor.alerts.errors import UnknownAlertError
from limen.monitor.alerts.model import STORM_ENTITY, Verdict
from limen.monitor.alerts.service import Alerts, WholeCase
from limen.monitor.alerts.suppressing import LONGEST, LONGEST_OF_ALL, Wanted
from limen.monitor.detections.company_rules import CompanyRules
from limen.monitor.detections.hit import Hit, Level
from limen.monitor.response.model import Doing
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_person_view, audit_view
from limen.web.monitor.case_timeline import MOST_PEOPLE, timeline
from limen.web.monitor.evidence import evidence_of
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/alerts"
CASES: Final = "/console/cases"
_ICON: Final = "M12 4a5 5 0 0 1 5 5v4l2 3H5l2-3V9a5 5 0 0 1 5-5zM10 19h4"
PAGES: Final = (
    Page(AT, "Alerts", READ, Menu("Watch", 25, _ICON), hint="cases, detections, incidents"),
    Route("GET", f"{CASES}/{{case_id}}", READ),
    Route("GET", f"{CASES}/{{case_id}}/alerts/{{alert_id}}/suppress", READ),
    Route("POST", f"{CASES}/{{case_id}}/take", CHANGE, does="Take a case"),
    Route("POST", f"{CASES}/{{case_id}}/do", CHANGE, does="Act on a case"),
    Route("POST", f"{CASES}/{{case_id}}/undo", CHANGE, does="Take back what was done about a case"),
    Route("POST", f"{CASES}/{{case_id}}/close", CHANGE, does="Close a case"),
    Route("POST", f"{CASES}/{{case_id}}/alerts/{{alert_id}}/close", CHANGE, does="Close an alert"),
    Route("POST", f"{CASES}/{{case_id}}/alerts/{{alert_id}}/reopen", CHANGE, does="Reopen an alert"),
    Route("POST", f"{CASES}/{{case_id}}/alerts/{{alert_id}}/suppress", CHANGE, does="Suppress what a rule finds"),
)
DONE: Final = {
    "taken": "You look at this case now; nobody else is called.",
    "step_up": "They confirm their identity with a passkey, from the next request on.",
    "end_sessions": "Ended. They can sign in again.",
    "quarantine": "The device is in quarantine: it opens nothing.",
    "disable": "The account is suspended: nobody can sign in to it.",
    "undone": "Taken back, effective from the next request.",
    "closed": "Closed.",
    "released": "Closed. Its findings no longer count towards anybody's risk.",
    "reopened": "Reopened. Its findings count again.",
    "suppressed": "Suppressed. It is listed under Suppressions, where you can end it.",
}
DOES: Final = {
    Doing.STEP_UP: "Ask for a passkey",
    Doing.END_SESSIONS: "End sessions",
    Doing.QUARANTINE: "Quarantine",
    Doing.DISABLE: "Suspend account",
}
DID: Final = {
    Doing.STEP_UP: "Asked for a passkey",
    Doing.END_SESSIONS: "Ended sessions",
    Doing.QUARANTINE: "Put in quarantine",
    Doing.DISABLE: "Suspended the account",
}
VERDICTS: Final = {
    Verdict.REAL: "It was real",
    Verdict.DEALT_WITH: "Real, and dealt with",
    Verdict.FALSE_ALARM: "False alarm",
    Verdict.EXPECTED: "Expected",
}
LEVELS: Final = {
    Level.CRITICAL: ("deny", "Critical"),
    Level.HIGH: ("deny", "High"),
    Level.MEDIUM: ("challenge", "Medium"),
    Level.LOW: ("", "Low"),
    Level.INFORMATIONAL: ("", "Information"),
}
LASTS: Final = {"8h": 8 * HOUR, "1d": DAY, "7d": 7 * DAY, "30d": 30 * DAY, "90d": 90 * DAY}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    alerts = site.ports.offers.take(Alerts)
    _show(router, site, alerts)
    _act(router, site, alerts)
    _judge(router, site, alerts)
    return router


def _show(router: APIRouter, site: Site, alerts: Alerts) -> None:
    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        is_open = query(request, "show") != "closed"
        cases = await alerts.cases(is_open=is_open)
        return site.page(
            "monitor/alerts.html",
            visit,
            cases=cases,
            is_open=is_open,
            is_watching=alerts.risk.is_watching,
            levels=LEVELS,
            did=DID,
            names={one.id: one.name for one in site.known.people.values()},
            who=lambda alert: words.who(alert, site.known),
            verdicts={one.value: text for one, text in VERDICTS.items()},
        )

    @router.get(f"{CASES}/{{case_id}}")
    async def case(case_id: str, request: Request, visit: Authorized) -> Response:
        whole = await _case(alerts, case_id)
        _audit(site, visit, whole)
        texts = await site.in_thread(lambda: words.texts_of(company_texts(site)))
        return site.page(
            "monitor/case.html",
            visit,
            whole=whole,
            said={one.id: words.said(one, texts.get(one.rule), site.known) for one in whole.alerts},
            lines=await timeline(site, whole),
            is_own=await alerts.is_own(whole, visit.person.id),
            evidence={each.id: evidence_of(_hits_of(whole, each.id)) for each in whole.alerts},
            unknown=unknown_in(whole),
            described=texts.keys(),
            scores={each: alerts.risk.score_of(each).value for each in subjects_of(whole)},
            levels=LEVELS,
            does=DOES,
            did=DID,
            verdicts={one.value: text for one, text in VERDICTS.items()},
            names={one.id: one.name for one in (*site.known.people.values(), *site.known.workloads.values())},
            storm=STORM_ENTITY,
            done=DONE.get(query(request, "done"), ""),
        )

    @router.get(f"{CASES}/{{case_id}}/alerts/{{alert_id}}/suppress")
    async def suppress(case_id: str, alert_id: str, visit: Authorized) -> Response:
        alert = next((one for one in (await _case(alerts, case_id)).alerts if one.id == alert_id), None)
        if alert is None:
            raise HTTPException(404)
        about = "" if alert.entity == STORM_ENTITY else alert.entity
        return site.page(
            "monitor/suppress.html",
            visit,
            alert=alert,
            about=about,
            who=words.who(alert, site.known),
            narrow=await alerts.preview(alert.rule, alert.entity) if about else None,
            wide=await alerts.preview(alert.rule, ""),
            lasts={name: length for name, length in LASTS.items() if length <= LONGEST},
            lasts_of_all={name: length for name, length in LASTS.items() if length <= LONGEST_OF_ALL},
        )


def _act(router: APIRouter, site: Site, alerts: Alerts) -> None:
    @router.post(f"{CASES}/{{case_id}}/take")
    async def take(case_id: str, visit: Authorized, _sent: Sent) -> Response:
        await alerts.take(case_id, by=visit.person.id)
        return site.go(visit, f"{CASES}/{case_id}", done="taken")

    @router.post(f"{CASES}/{{case_id}}/do")
    async def do(case_id: str, visit: Authorized, sent: Sent) -> Response:
        try:
            kind = Doing(one(sent, "does"))
        except ValueError:
            raise HTTPException(400) from None
        if kind is Doing.DISABLE:
            await fresh_proof(site, visit, f"{CASES}/{case_id}")
        await alerts.do(case_id, kind, (one(sent, "kind"), one(sent, "id")), by=visit.person.id)
        return site.go(visit, f"{CASES}/{case_id}", done=kind.value)

    @router.post(f"{CASES}/{{case_id}}/undo")
    async def undo(case_id: str, visit: Authorized, sent: Sent) -> Response:
        await alerts.undo(one(sent, "id"), by=visit.person.id)
        return site.go(visit, f"{CASES}/{case_id}", done="undone")


def _judge(router: APIRouter, site: Site, alerts: Alerts) -> None:
    """Each of these can hide something, so it takes a proof that is minutes old."""

    @router.post(f"{CASES}/{{case_id}}/close")
    async def close_case(case_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{CASES}/{case_id}")
        verdict = _verdict(one(sent, "verdict"))
        await alerts.close_case(case_id, verdict, by=visit.person.id, why=one(sent, "why"))
        return site.go(visit, f"{CASES}/{case_id}", done="released" if verdict.releases else "closed")

    @router.post(f"{CASES}/{{case_id}}/alerts/{{alert_id}}/close")
    async def close(case_id: str, alert_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{CASES}/{case_id}")
        verdict = _verdict(one(sent, "verdict"))
        await alerts.close(alert_id, verdict, by=visit.person.id, why=one(sent, "why"))
        return site.go(visit, f"{CASES}/{case_id}", done="released" if verdict.releases else "closed")

    @router.post(f"{CASES}/{{case_id}}/alerts/{{alert_id}}/reopen")
    async def reopen(case_id: str, alert_id: str, visit: Authorized, _sent: Sent) -> Response:
        await alerts.reopen(alert_id, by=visit.person.id)
        return site.go(visit, f"{CASES}/{case_id}", done="reopened")

    @router.post(f"{CASES}/{{case_id}}/alerts/{{alert_id}}/suppress")
    async def suppress(case_id: str, alert_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{CASES}/{case_id}")
        alert = next((each for each in (await _case(alerts, case_id)).alerts if each.id == alert_id), None)
        if alert is None:
            raise HTTPException(404)
        entity = "" if one(sent, "about") == "all" else alert.entity
        wanted = Wanted(alert.rule, entity, LASTS.get(one(sent, "lasts"), 0), one(sent, "why"))
        await alerts.suppress(wanted, by=visit.person.id)
        return site.go(visit, f"{CASES}/{case_id}", done="suppressed")


def company_texts(site: Site) -> tuple[tuple[str, str], ...]:
    """The company's own files of rules, as they are in force."""
    rules = site.known.rules_of(CompanyRules)
    return tuple(sorted(rules.texts.items())) if rules is not None else ()


def _audit(site: Site, visit: Authorized, whole: WholeCase) -> None:
    """A case shows what colleagues did, from their journal: each of them can see who looked."""
    for person in whole.people[:MOST_PEOPLE]:
        audit_person_view(site, visit, person, "case")
    if not whole.people:
        audit_view(site, visit, "case")


def _hits_of(whole: WholeCase, alert_id: str) -> list[Hit]:
    return [each.hit for each in whole.findings if each.alert_id == alert_id]


def unknown_in(whole: WholeCase) -> list[str]:
    """What alerts are about that is nobody and no device of Limen's, so nothing can be done to it here."""
    kinds = {"host": "the computer", "address": "the address", "user": "the account"}
    entities = dict.fromkeys(each.entity for each in whole.alerts)
    pairs = [each.partition(":") for each in entities]
    return [f"{kinds[kind]} {name}" for kind, _, name in pairs if kind in kinds and name]


def subjects_of(whole: WholeCase) -> list[tuple[str, str]]:
    return [("person", one) for one in whole.people] + [("device", one) for one in whole.devices]


def _verdict(written: str) -> Verdict:
    try:
        return Verdict(written)
    except ValueError:
        raise HTTPException(400) from None


async def _case(alerts: Alerts, case_id: str) -> WholeCase:
    try:
        return await alerts.case(case_id)
    except UnknownAlertError:
        raise HTTPException(404) from None
