"""Least privilege: what rules permit and nobody used, as narrower drafts; and what nobody stands behind any more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.least.orphans import Orphan
from limen.access.least.unused import Permitted, unused
from limen.clock import DAY, Instant
from limen.company.company import Company
from limen.company.narrower import all_narrower, narrower
from limen.company.orphans_now import held_now, orphans_now
from limen.company.rules import form_of
from limen.errors import LimenError
from limen.messages import joined
from limen.policy.annotations import reason_of
from limen.storage.journal.usage import on_record_since
from limen.web.access.standing import everybody
from limen.web.access.usage import WINDOW, used_lately
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/least"
_NARROWER: Final = "M4 5h16M7 10h10M10 15h4M12 19v.1"
PAGES: Final = (
    Page(AT, "Least privilege", READ, Menu("Improve", 15, _NARROWER), hint="unused rights, narrower rules, orphans"),
    Route("POST", AT, CHANGE, does="Narrow a rule to what was used: see what would change"),
)
MOST_NAMED: Final = 60
MOST_ORPHANS: Final = 200
EARLY: Final = 35 * DAY
"""With decisions of a shorter time, what is done once a month looks like what nobody does."""
_DONE: Final = {"same": "The rule gives no more than that already."}


@dataclass(frozen=True, slots=True)
class Shown:
    """A rule with what was never used. `idle` are people who used none of it, by id and name.

    `is_form`: it can be narrowed by itself; otherwise its author wrote it in a way that is left to people.
    """

    found: Permitted
    title: str
    idle: tuple[tuple[str, str], ...]
    is_form: bool


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "least privilege")
        return await _page(site, visit, changes.company, done=_DONE.get(query(request, "done"), ""))

    @router.post(AT)
    async def narrow(visit: Authorized, sent: Sent) -> Response:
        """Begin the change that leaves out what nobody used: of one rule, or of all that can be narrowed."""
        await fresh_proof(site, visit, AT)
        company, policy = changes.company, one(sent, "policy")
        try:
            company = await changes.unchanged_since(sent)
            found = await _found(site, visit.now)
            if policy:
                chosen = next((each for each in found if each.policy == policy), None)
                if chosen is None:
                    raise LimenError("there is no such rule", "look at the list again")  # noqa: TRY301 -- on this page
                return await changes.begin(visit, _said([policy]), narrower(company, chosen), AT, company)
            files, done = all_narrower(company, found)
            return await changes.begin(visit, _said(done), files, AT, company)
        except LimenError as wrong:
            return await _page(site, visit, company, problem=problem_of(wrong))

    return router


def _said(policies: Sequence[str]) -> str:
    return f"Only what was used: {joined(policies, most=4)}"


async def _found(site: Site, now: Instant) -> tuple[Permitted, ...]:
    people, uses = await everybody(site), await used_lately(site, now)
    engine, apps = site.ports.in_force.engine, tuple(site.known.apps.values())
    return await site.in_thread(lambda: unused(engine, uses, people, apps))


async def _page(
    site: Site, visit: SignedInVisit, company: Company, problem: LimenError | None = None, done: str = ""
) -> Response:
    since = on_record_since(site.ports.journal.reader, visit.now - WINDOW)
    people, uses, found = await everybody(site), await used_lately(site, visit.now), await _found(site, visit.now)
    held = await site.ports.database.reading(lambda snapshot: held_now(snapshot, uses, visit.now))
    titles = {policy.id: reason_of(policy).title or policy.id for policy in site.ports.in_force.engine.policies}
    shown = [
        Shown(
            each,
            titles.get(each.policy, each.policy),
            tuple((who, people[who].name) for who in each.idle),
            form_of(company, each.policy) is not None,
        )
        for each in found
        if each.never and each.policy in company.policies.sources
    ]
    behind = orphans_now(company, people, held, visit.now - WINDOW)
    return site.page(
        "console/least.html",
        visit,
        shown=shown,
        can_narrow=sum(bool(each.is_form and each.found.kept) for each in shown),
        looked_at=len(found),
        since=since,
        recorded=visit.now - since,
        is_early=visit.now - since < EARLY,
        orphans=[(each, _next(each)) for each in behind[:MOST_ORPHANS]],
        more=max(0, len(behind) - MOST_ORPHANS),
        names={who.id: who.name for who in people.values()},
        groups=site.known.groups,
        most=MOST_NAMED,
        done=done,
        problem=problem,
    )


def _next(one: Orphan) -> str:
    """The page on which something can be done about it."""
    match one.kind:
        case "group":
            return "/console/groups"
        case "app":
            return f"/console/apps/{one.id}"
        case "service":
            return "/console/workloads"
        case "token" if one.about and one.why.value == "unused":
            return f"/console/apps/{one.about[0]}"
    return f"/console/people/{one.about[0]}" if one.about else "/console/people"
