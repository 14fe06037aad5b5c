"""Policies, to read: what each says, in which state, its text, and how often it made the answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import groupby

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.cedar import Policy
from limen.company import store
from limen.company.policies_file import Source
from limen.policy.annotations import State, reason_of
from limen.storage.journal.recent import RING
from limen.web.console.rows import Filter, recent_rows
from limen.web.site import Site

_UNWRITTEN = Source("", 0, "")


@dataclass(frozen=True, slots=True)
class Spoken:
    """A policy as people read it. `times`: in how many of the recent decisions it was among the reasons."""

    policy: Policy
    id: str
    title: str
    reason: str
    effect: str
    state: State
    source: Source
    times: int


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/policies")
    async def everything(request: Request) -> Response:
        resident = await site.enter(request, "administer")
        by_file = sorted(spoken_of(site), key=lambda one: (one.source.file, one.source.line))
        files = [(file, list(ones)) for file, ones in groupby(by_file, key=lambda one: one.source.file)]
        revision = await site.ports.database.reading(store.newest)
        return site.page(
            "console/policies.html", resident, room="policies", files=files, count=len(by_file), revision=revision
        )

    @router.get("/console/policies/{policy_id}")
    async def one_policy(request: Request, policy_id: str) -> Response:
        resident = await site.enter(request, "administer")
        spoken = next((one for one in spoken_of(site) if one.id == policy_id), None)
        if spoken is None:
            raise HTTPException(404)
        rows = recent_rows(site, Filter(policy=policy_id), 20)
        return site.page("console/policy.html", resident, room="policies", one=spoken, rows=rows)

    return router


def spoken_of(site: Site) -> list[Spoken]:
    """Every policy in force, off and watched ones too."""
    in_force = site.ports.in_force
    sources = in_force.company.policies.sources if in_force.company else {}
    times: Counter[str] = Counter()
    for event in site.ports.journal.recent(RING, lambda event: event.decision is not None):
        for name in event.decision.reasons if event.decision else ():
            times[name] += event.count
    said = []
    for policy in in_force.engine.policies:
        reason = reason_of(policy)
        state = in_force.engine.states[policy.id]
        source = sources.get(policy.id, _UNWRITTEN)
        said.append(Spoken(policy, policy.id, reason.title, reason.text, policy.effect, state, source, times[policy.id]))
    return said
