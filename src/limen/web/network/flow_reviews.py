"""Looking through flows: they are kept until another day or removed, many with one press, as one change."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import SECOND
from limen.company.publish import MAX_REASON
from limen.errors import LimenError
from limen.network.flow_text import kept_until, without_flow
from limen.network.model import FILE, Flow
from limen.network.requested import MOST_DAYS
from limen.network.stated import NetworkFile
from limen.printable import one_line
from limen.web.console.changes import Changes
from limen.web.network.changing import FLOWS
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import one
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = f"{FLOWS}/decide"
PAGES: Final = (Route("POST", AT, CHANGE, does="Keep or remove flows: see what would change"),)
MOST: Final = 50
"""Flows that are decided with one press: as many as a page shows."""
MOST_NAMED: Final = 3


def routes(site: Site) -> APIRouter:
    router, changes = APIRouter(), site.shared(Changes)

    @router.post(AT)
    async def decide(visit: Authorized, sent: Sent) -> Response:
        company, verdict = await changes.unchanged_since(sent), one(sent, "verdict")
        file: NetworkFile = company.parts.get(FILE) or NetworkFile()
        chosen = set(sent.get("row", ())[:MOST])
        flows = [each for each in file.network.flows if each.id in chosen]
        if not flows or verdict not in {"keep", "remove"}:
            return site.go(visit, FLOWS, show=one(sent, "show")[:10], done="nothing")
        why = one_line(one(sent, "note"), MAX_REASON)
        if not why:
            raise LimenError("A reason is missing", "say in one line why they are kept or removed")
        text = company.files.get(FILE, "")
        if verdict == "keep":
            day = _day(one(sent, "review"), datetime.fromtimestamp(visit.now / SECOND, site.ports.settings.zone).date())
            for each in flows:
                text = kept_until(text, each, day)
            said = f"Keep {_named(flows)} until {day}"
        else:
            for each in flows:
                text = without_flow(text, each.id)
            said = f"Remove {_named(flows)}"
        return await changes.begin(visit, said, {FILE: text}, FLOWS, company, reason=f"{said}: {why}"[:MAX_REASON])

    return router


def _day(written: str, today: date) -> str:
    """Raises LimenError for what is no day within two years."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        day = today
    if not today < day <= today + timedelta(days=MOST_DAYS):
        raise LimenError("A flow is looked at again within two years", "choose a day from tomorrow on")
    return day.isoformat()


def _named(flows: list[Flow]) -> str:
    names = ", ".join(one.id for one in flows[:MOST_NAMED])
    more = len(flows) - MOST_NAMED
    return f"the {'flow' if len(flows) == 1 else 'flows'} {names}{f' and {more} more' if more > 0 else ''}"
