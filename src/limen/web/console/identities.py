"""Unique identities: accounts that may not be one person's, each with its evidence, and what is decided about it."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import DAY
from limen.company.unique_identities.deciding import CHOICES, decide, reopen
from limen.company.unique_identities.listing import Listed, listed
from limen.company.unique_identities.model import Finding, Kind
from limen.company.unique_identities.reading import read
from limen.errors import LimenError
from limen.identity.account_decisions import LONGEST, LONGEST_WHY
from limen.identity.model import Choice
from limen.identity.shared_seeds import SharedSeeds
from limen.web.console.changes import problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_person_view, audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/identities"
_ICON: Final = (
    "M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zm8 0a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-3 2-5 5-5 M21 20c0-3-2-5-5-5 M12 13v8"
)
PAGES: Final = (
    Page(AT, "Unique identities", READ, Menu("Know", 15, _ICON), hint="shared accounts, duplicates, unused accounts"),
    Route("GET", f"{AT}/{{finding_id}}", READ),
    Route("POST", f"{AT}/{{finding_id}}/decide", CHANGE, does="Decide what is to become of an account"),
    Route("POST", f"{AT}/{{finding_id}}/reopen", CHANGE, does="Take back a decision about an account"),
)
TITLES: Final = {
    Kind.SHARED_USE: "Used at two places at once",
    Kind.TWO_ACCOUNTS: "Two accounts in one hand",
    Kind.NO_PERSONS_NAME: "Called like no person",
    Kind.NEVER_USED: "Used by nobody",
    Kind.HOLDER_GONE: "Linked to nobody who is active",
    Kind.UNMATCHED: "Known elsewhere, and nobody here",
    Kind.WORKLOAD: "Workload without owner, purpose or time",
    Kind.SERVICE_ACCOUNT: "Service account of a directory",
}
CHOICE_WORDS: Final = {
    Choice.ONE_PERSON: "It is one person after all",
    Choice.SEPARATE: "Each person gets an account of their own",
    Choice.WORKLOAD: "It is no person: a workload takes its place",
    Choice.KEEP: "It stays as it is for a while",
}
_DONE: Final = {"decided": "Decided.", "reopened": "Taken back: it is open again."}


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "identities")
        found, kind = await _listed(site, visit), query(request, "kind")
        open_ones = [each for each in found.open if kind not in set(Kind) or each.kind == kind]
        return site.page(
            "console/identities.html",
            visit,
            findings=open_ones,
            decided=found.decided,
            of=len(found.open),
            counts={each: sum(one.kind is each for one in found.open) for each in Kind},
            left_out=sum(found.left_out.values()),
            titles=TITLES,
            choices=CHOICE_WORDS,
            kind=kind,
            done=_DONE.get(query(request, "done"), ""),
        )

    @router.get(f"{AT}/{{finding_id}}")
    async def finding(finding_id: str, request: Request, visit: Authorized) -> Response:
        return await _page(site, visit, finding_id, done=_DONE.get(query(request, "done"), ""))

    @router.post(f"{AT}/{{finding_id}}/decide")
    async def decide_about(finding_id: str, visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, f"{AT}/{finding_id}")
        found, days = await _found(site, visit, finding_id), one(sent, "days")
        choice, why, by = one(sent, "choice"), one(sent, "why"), visit.person.id
        length = int(days) if days.isascii() and days.isdecimal() and len(days) < 4 else 0
        try:
            await site.ports.database.writing(lambda t: decide(t, found, choice, length, why, visit.now, by=by))
        except LimenError as wrong:
            return await _page(site, visit, finding_id, problem=problem_of(wrong))
        return site.go(visit, f"{AT}/{finding_id}", done="decided")

    @router.post(f"{AT}/{{finding_id}}/reopen")
    async def take_back(finding_id: str, visit: Authorized, _sent: Sent) -> Response:
        await site.ports.database.writing(lambda t: reopen(t, finding_id, visit.now, by=visit.person.id))
        return site.go(visit, AT, done="reopened")

    return router


async def _listed(site: Site, visit: SignedInVisit) -> Listed:
    seeds = site.ports.offers.take(SharedSeeds)
    held = await site.ports.database.reading(lambda snapshot: read(snapshot, seeds, visit.now))
    return await site.in_thread(lambda: listed(held, visit.now))


async def _found(site: Site, visit: SignedInVisit, finding_id: str) -> Finding:
    found = (await _listed(site, visit)).by_id(finding_id)
    if found is None:
        raise HTTPException(404)
    return found


async def _page(
    site: Site, visit: SignedInVisit, finding_id: str, problem: LimenError | None = None, done: str = ""
) -> Response:
    found = await _found(site, visit, finding_id)
    for account in found.accounts:
        audit_person_view(site, visit, account.id if account.id.startswith("p_") else "", "identities")
    return site.page(
        "console/identity.html",
        visit,
        finding=found,
        title=TITLES[found.kind],
        is_own=any(account.id == visit.person.id for account in found.accounts),
        choices=[(each, CHOICE_WORDS[each], LONGEST[each] // DAY) for each in CHOICES[found.kind]],
        most_days=max(LONGEST[each] // DAY for each in CHOICES[found.kind]),
        longest_why=LONGEST_WHY,
        by=person_name(site.known, found.decision.decided_by) if found.decision else "",
        chosen=CHOICE_WORDS[Choice(found.decision.choice)] if found.decision else "",
        problem=problem,
        done=done,
    )
