"""What was asked of an app in onboarding, and rules and public routes picked from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.company.routes import RouteError, read_route
from limen.company.rules_from_traffic import PICKED, PUBLIC, Pick, named, pick, proposed, rules_on
from limen.enforcement.path_patterns import Segments, written
from limen.enforcement.traffic import MOST_PEOPLE, REST, Count, Kind
from limen.errors import LimenError
from limen.facts import ACTIONS, ActionRule, App
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.people import page_start
from limen.web.page import Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

PAGES: Final = (
    Route("GET", "/console/apps/{app_id}/asked", READ),
    Route("POST", "/console/apps/{app_id}/asked", CHANGE, does="Change an app's rules: see what would change"),
)

AS_PROPOSED: Final = "proposed"
AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class ObservedRequests:
    """Requests that are alike. `rules` hold for all of them; `route` is "" where no rule can be made of them.

    `action` is what they are today: several where that hangs on more than method and path, as with git, or where it was
    changed meanwhile. `is_so`: they are what is proposed already.
    """

    route: str
    method: str
    pattern: str
    count: int
    people: str
    strangers: int
    newest: Instant
    action: str
    proposed: str
    is_so: bool
    rules: tuple[str, ...]


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get("/console/apps/{app_id}/asked")
    async def show(request: Request, app_id: str, visit: Authorized) -> Response:
        return _page(site, visit, _app(site, app_id), query(request, "start", 6))

    @router.post("/console/apps/{app_id}/asked")
    async def write(app_id: str, visit: Authorized, sent: Sent) -> Response:
        """Begin the change that writes what was ticked into apps.yaml; it is predicted and published as any other."""
        app, here = _app(site, app_id), f"/console/apps/{app_id}/asked"
        await fresh_proof(site, visit, here)
        company = await changes.unchanged_since(sent)
        try:
            picks, why = _picks(site, app, sent), one(sent, "why").strip()
            after = await site.in_thread(lambda: pick(company, app.id, picks, why))
            return await changes.begin(visit, f"Choose rules for {app.name}", after, here, company)
        except LimenError as wrong:
            return _page(site, visit, app, one(sent, "start"), sent=sent, problem=problem_of(wrong))

    return router


def observed_requests(site: Site, app: App) -> list[ObservedRequests]:
    """What people asked for most often first, then what only strangers did."""
    seen = site.ports.doors.traffic.of(app.id)
    alike: dict[tuple[str, Segments], list[tuple[Kind, Count]]] = {}
    for kind, count in seen.kinds.items() if seen is not None else ():
        alike.setdefault((kind.method, kind.segments), []).append((kind, count))
    found = [_alike(app, some) for some in alike.values()]
    return sorted(found, key=lambda row: (-(row.count - row.strangers), -row.count, row.pattern, row.method))


def _alike(app: App, alike: Sequence[tuple[Kind, Count]]) -> ObservedRequests:
    kind, newest = max(alike, key=lambda one: one[1].last)
    count = Count(newest.first, newest.last)
    for _, each in alike:
        count.add(each)
    actions = sorted({each.action for each, _ in alike}, key=(*ACTIONS, PUBLIC, "").index)
    pattern = written(kind.segments)
    wanted, rules = proposed(kind.method, pattern), rules_on(app, kind.method, pattern)
    is_many = count.people_count >= MOST_PEOPLE
    return ObservedRequests(
        _route(kind, pattern),
        kind.method,
        pattern,
        count.signed_in + count.strangers,
        f"{MOST_PEOPLE} or more" if is_many else str(count.people_count),
        count.strangers,
        count.last,
        " or ".join(actions),
        wanted,
        actions == [wanted] or any(isinstance(one, ActionRule) and one.action == wanted for one in rules[:1]),
        named(rules)[:3],
    )


def _route(kind: Kind, pattern: str) -> str:
    try:
        read_route(f"{kind.method} {pattern}")
    except RouteError:
        return ""
    return "" if kind == REST else f"{kind.method} {pattern}"


def _picks(site: Site, app: App, sent: Mapping[str, Sequence[str]]) -> list[Pick]:
    """What was ticked: only what was really asked can be. Raises `LimenError` for anything else."""
    known = {row.route: row for row in observed_requests(site, app) if row.route}
    action, picks = one(sent, "action"), []
    if action not in (AS_PROPOSED, *PICKED):
        raise LimenError("there is no such action", "choose one from the list")
    for route in dict.fromkeys(sent.get("route", ())):
        row = known.get(route)
        if row is None:
            raise LimenError("something you selected is no longer in the list", "check the list and select again")
        if action != AS_PROPOSED:
            picks.append(Pick(row.method, row.pattern, action))
        elif not row.is_so:
            picks.append(Pick(row.method, row.pattern, row.proposed))
    if sent.get("route") and not picks:
        raise LimenError("the selection already has the proposed actions", "select others, or choose an action")
    return picks


def _page(
    site: Site,
    visit: SignedInVisit,
    app: App,
    start: str,
    *,
    sent: Mapping[str, Sequence[str]] | None = None,
    problem: LimenError | None = None,
) -> Response:
    rows, sent = observed_requests(site, app), sent or {}
    first = page_start(start, len(rows), AT_ONCE)
    return site.page(
        "console/traffic.html",
        visit,
        app=app,
        is_on=app.is_onboarding(visit.now),
        rows=rows[first : first + AT_ONCE],
        start=first,
        at_once=AT_ONCE,
        found=len(rows),
        actions=PICKED[:-1],
        public=PUBLIC,
        ticked=set(sent.get("route", ())),
        chosen=one(sent, "action"),
        why=one(sent, "why")[:200],
        problem=problem,
    )


def _app(site: Site, app_id: str) -> App:
    app = site.known.apps.get(app_id)
    if app is None or not (app.onboarding_until or site.ports.doors.traffic.of(app_id)):
        raise HTTPException(404)
    return app
