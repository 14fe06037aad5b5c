"""Standing privilege: who can do at any time what is sensitive, by which policy, when they did, and the way to zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.access.standing.listing import Row, Standing, listed
from limen.access.standing.privilege import PRIVILEGED, standing_privilege
from limen.clock import MINUTE, Instant
from limen.company.by_grant import ByGrant, all_by_grant, by_grant
from limen.company.gate import people_of
from limen.errors import LimenError
from limen.facts import App, Person
from limen.messages import joined
from limen.policy import Engine, State
from limen.policy.annotations import reason_of
from limen.storage.journal.usage import last_used
from limen.web.access.usage import used_lately
from limen.web.console.changes import Changes, problem_of
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.expiring import ExpiringValues
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/standing"
_KEY: Final = "M12 3a9 9 0 100 18 9 9 0 000-18zM12 7v5l3 2M4 4l16 16"
PAGES: Final = (
    Page(AT, "Standing privilege", READ, Menu("Decide", 30, _KEY), hint="permanent rights, administer, restricted"),
    Route("POST", AT, CHANGE, does="Require a grant instead: see what would change"),
)
MOST_NAMED: Final = 60
NO_STANDING: Final = "no-standing-administration"
"""The baseline's policy that closes administering to whoever has no grant."""
_KEPT_MS: Final = MINUTE
"""How long the list is kept that was made for one revision and the same people: time can change it, too."""
_DONE: Final = {"same": "That is required already: nothing would change."}


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody in a row. `newest` is when they last did any of it (0: not in 90 days), `count` how often."""

    id: str
    name: str
    is_service: bool
    newest: Instant
    count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A row with its people, whoever used it last first, and its policies by id and title ("": no page of it)."""

    row: Row
    people: tuple[Who, ...]
    policies: tuple[tuple[str, str], ...]

    @property
    def idle(self) -> int:
        """How many did not use it."""
        return sum(not one.newest for one in self.people)


@dataclass(frozen=True, slots=True)
class OfApp:
    """An app with its rows."""

    app: App
    rows: tuple[Shown, ...]


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "standing privilege")
        return await _page(site, visit, done=_DONE.get(query(request, "done"), ""))

    @router.post(AT)
    async def instead(visit: Authorized, sent: Sent) -> Response:
        """Begin the change that closes this to whoever has no grant, and lets those ask who have it today."""
        await fresh_proof(site, visit, AT)
        try:
            company, app = await changes.unchanged_since(sent), one(sent, "app")
            people = await everybody(site)
            rows = (await standing_now(site, people, visit.now)).rows
            if app:
                files, done = by_grant(company, app, rows, people)
                said = _said((done,), people)
            else:
                files, each = all_by_grant(company, rows, people)
                said = _said(each, people)
            return await changes.begin(visit, said, files, AT, company)
        except LimenError as wrong:
            return await _page(site, visit, problem=problem_of(wrong))

    return router


async def everybody(site: Site) -> dict[str, Person]:
    """All people and services, by id."""
    found = await site.ports.database.reading(people_of)
    return {one.person.id: one.person for one in found}


async def standing_now(site: Site, people: Mapping[str, Person], now: Instant) -> Standing:
    """Who has what without a grant, by the policies in force; worked out away from the event loop."""
    engine, apps = site.ports.in_force.engine, tuple(site.known.apps.values())
    kept = site.shared(_listed_lately)
    key = (engine.revision, frozenset((one.id, one.groups, one.active) for one in people.values()))
    found = kept.get(key, now)
    if found is None:
        found = await site.in_thread(lambda: _list(engine, people, apps, now))
        kept.put(key, found, now)
    return found


def _list(engine: Engine, people: Mapping[str, Person], apps: tuple[App, ...], now: Instant) -> Standing:
    return listed(standing_privilege(engine, people.values(), apps, since=now), people, apps)


def _listed_lately(_site: Site) -> ExpiringValues[object, Standing]:
    return ExpiringValues(_KEPT_MS, 1)


async def _page(site: Site, visit: SignedInVisit, problem: LimenError | None = None, done: str = "") -> Response:
    people = await everybody(site)
    found = await standing_now(site, people, visit.now)
    used = last_used(await used_lately(site, visit.now))
    engine, apps = site.ports.in_force.engine, site.known.apps
    titles = {policy.id: reason_of(policy).title or policy.id for policy in engine.policies}

    def shown(rows: tuple[Row, ...]) -> list[OfApp]:
        by_app: dict[str, list[Shown]] = {}
        for row in rows:
            if row.app in apps:
                by_app.setdefault(row.app, []).append(_shown(row, people, used, titles))
        return [OfApp(apps[app_id], tuple(some)) for app_id, some in by_app.items()]

    return site.page(
        "console/standing.html",
        visit,
        found=found,
        apps=shown(found.rows),
        limen=shown(found.limen),
        break_glass=shown(found.break_glass),
        unseen=[apps[one] for one in found.unseen if one in apps],
        administering=_is_by_policy_alone(engine, found),
        no_standing=NO_STANDING,
        most=MOST_NAMED,
        done=done,
        problem=problem,
    )


def _shown(
    row: Row,
    people: Mapping[str, Person],
    used: Mapping[tuple[str, str, str], tuple[Instant, int]],
    titles: Mapping[str, str],
) -> Shown:
    named = []
    for person_id in row.people:
        person = people.get(person_id)
        uses = [used.get((person_id, row.app, action), (0, 0)) for action in row.actions]
        name = person.name if person is not None else person_id or "Anyone, without signing in"
        newest, count = max(at for at, _ in uses), sum(number for _, number in uses)
        named.append(Who(person_id, name, person is not None and person.is_workload, newest, count))
    named.sort(key=lambda one: (-one.newest, one.name.casefold()))
    return Shown(row, tuple(named), tuple((one, titles.get(one, "")) for one in row.policies))


def _is_by_policy_alone(engine: Engine, found: Standing) -> bool:
    """Whether enforcing the baseline's policy would do away with everything that is administered without a grant."""
    state = engine.states.get(NO_STANDING, State.ENFORCE)
    return state is not State.ENFORCE and any({*row.actions} & {*PRIVILEGED} for row in found.rows)


def _said(done: tuple[ByGrant, ...], people: Mapping[str, Person]) -> str:
    """What the draft is called, with whoever would be left without a way to ask."""
    apps = joined([one.app for one in done], most=4)
    left = [people[one].name if one in people else one for each in done for one in each.left_out if one]
    without = f". Left without a way to ask: {joined(sorted(set(left)), most=4)}" if left else ""
    return f"Only with a grant: {apps}{without}"
