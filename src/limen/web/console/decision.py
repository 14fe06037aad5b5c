"""One decision in full: every policy considered, every condition, and the value that each of them saw."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.policy.explain import Considered
from limen.policy.replay import write_decision
from limen.web.console.rows import Row, row_of, why
from limen.web.portal.past import Past, past_decision
from limen.web.site import Site


@dataclass(frozen=True, slots=True)
class Page:
    """What stands on the page besides the decision: who spoke, in words, and the policies in the order of their weight."""

    row: Row
    reasons: tuple[str, ...]
    policies: tuple[Considered, ...]


def rooms(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get("/console/decisions/{decision_id}")
    async def show(request: Request, decision_id: str) -> Response:
        resident = await site.enter(request, "administer")
        past = await _past(site, decision_id)
        row = row_of(site, past.event)
        record = past.event.decision
        if row is None or record is None:
            raise HTTPException(404)
        reasons = tuple(why(site, name) for name in record.reasons)
        policies = tuple(sorted(past.explanation.policies, key=_weight))
        page = Page(row, reasons, policies)
        return site.page(
            "console/decision.html", resident, room="decisions", past=past, page=page, record=record, event=past.event
        )

    @router.get("/console/decisions/{decision_id}/decision.json")
    async def download(request: Request, decision_id: str) -> Response:
        await site.enter(request, "administer")
        past = await _past(site, decision_id)
        name = "".join(c for c in decision_id if c.isalnum() or c == "-")
        headers = {"content-disposition": f'attachment; filename="decision-{name}.json"'}
        return Response(_file(past), media_type="application/json", headers=headers)

    return router


async def _past(site: Site, decision_id: str) -> Past:
    past = await past_decision(site, decision_id) if len(decision_id) <= 64 else None
    if past is None:
        raise HTTPException(404)
    return past


def _weight(policy: Considered) -> tuple[bool, bool, bool, str]:
    """Those that determined the answer first, then those that applied, then forbids before permits."""
    return (not policy.determined, policy.outcome != "held", policy.effect != "forbid", policy.id)


def _file(past: Past) -> bytes:
    """The decision as a file: `limen why --replay decision.json` computes it again on any machine."""
    now = past.explanation.decision.now
    return msgspec.json.format(msgspec.json.encode(write_decision(past.engine, past.request, past.facts, now)), indent=2)
