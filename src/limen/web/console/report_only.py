"""What a watched policy would have done in the last 30 days, and to whom, before it is enforced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.cedar import Policy
from limen.clock import DAY
from limen.company.authors import names_of
from limen.company.rehearsal import WINDOW
from limen.company.report_only import ReportOnlyEffect, report_only_effects, sentence
from limen.policy.annotations import State, reason_of
from limen.storage.journal.past_decisions import past_decisions
from limen.web.page import Route
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

PAGES: Final = (Route("GET", "/console/policies/{policy_id}/watched", READ),)

MOST_NAMED: Final = 200


@dataclass(frozen=True, slots=True)
class Met:
    """Somebody whom the policy would have met, and how often."""

    id: str
    name: str
    count: int


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/policies/{policy_id}/watched")
    async def whom(policy_id: str, visit: Authorized) -> Response:
        engine = site.ports.in_force.engine
        policy = next((one for one in engine.in_state(State.REPORT_ONLY) if one.id == policy_id), None)
        if policy is None:
            raise HTTPException(404)
        found = await site.in_thread(lambda: _count(site, policy_id, visit.now))
        names = await site.ports.database.reading(names_of)
        return site.page(
            "console/report_only.html",
            visit,
            policy=policy,
            title=reason_of(policy).title,
            said=said_of(policy, found),
            people=met_of(found, names),
            apps=apps_of(site, found),
            known=site.known.apps,
            examples=found.examples if found else [],
        )

    return router


def said_of(policy: Policy, found: ReportOnlyEffect | None) -> str:
    return f"It {sentence(found, policy.effect, WINDOW // DAY)}."


def met_of(found: ReportOnlyEffect | None, names: dict[str, str]) -> list[Met]:
    """Whom it would have met, the most often met first."""
    counted = sorted(found.people.items(), key=lambda one: (-one[1], one[0])) if found else []
    return [
        Met(person if person in names else "", names.get(person, person) if person else "Nobody signed in", count)
        for person, count in counted[:MOST_NAMED]
    ]


def apps_of(site: Site, found: ReportOnlyEffect | None) -> list[tuple[str, str, int]]:
    """The apps that it would have met somebody at: id, name, how often."""
    counted = sorted(found.apps.items(), key=lambda one: (-one[1], one[0])) if found else []
    apps = site.known.apps
    return [(app, apps[app].name if app in apps else app, count) for app, count in counted]


def _count(site: Site, policy_id: str, now: int) -> ReportOnlyEffect | None:
    decisions = past_decisions(site.ports.journal.reader, now - WINDOW, with_facts=False)
    return report_only_effects(decisions).get(policy_id)
