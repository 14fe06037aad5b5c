"""Flows: what is let through, for whom and why, and which of them somebody is to look at again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.network.learning.lately import Lately, Seen
from limen.network.model import Flow
from limen.network.proof.shadowed import Unneeded
from limen.network.proved import Proved
from limen.network.requested import REVIEW_DAYS
from limen.web.network.proving import SEEN_DAYS, Proving
from limen.web.network.requested import approved
from limen.web.page import Menu, Page, Route, Shortcut
from limen.web.permissions import READ
from limen.web.requests import query, whole
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/network/flows"
_TITLE: Final = "Flows"
_ICON: Final = "M4 7h13M13 3l4 4-4 4M20 17H7M11 13l-4 4 4 4"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 30, _ICON), hint="network, let through, owner, review, expiry"),
    Shortcut(f"{AT}?show=due", "Flows to be reviewed", hint="review date"),
    Shortcut(f"{AT}?show=idle", "Flows that do nothing", hint="unused, redundant, shadowed"),
    Route("GET", f"{AT}/{{flow_id}}", READ),
)
ROWS: Final = 50
MOST_LINES: Final = 200
MOST_PAIRS: Final = 100
"""Pairs of zones of which a page says what a flow lets through; more are counted."""
SHOWS: Final = {"": "All", "due": "To be reviewed", "expired": "Expired", "idle": "Does nothing", "unused": "Not used"}
DONE: Final = {
    "nothing": "Select flows first.",
    "same": "Nothing would change: that is in force already.",
    "dropped": "The change was discarded.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """`idle`: why it does nothing (None: it does something, or expired). `seen`: connections that came by it lately.

    `is_unused`: none did, and connections are counted here. Where they are not, nothing is said of it.
    """

    flow: Flow
    is_due: bool
    is_expired: bool
    idle: Unneeded | None
    seen: Seen | None
    is_unused: bool

    @property
    def order(self) -> tuple[bool, str, str]:
        """What is due comes first; what is over, last."""
        return self.is_expired, self.flow.review, self.flow.id

    def is_shown(self, show: str) -> bool:
        shows = {
            "due": self.is_due,
            "expired": self.is_expired,
            "idle": self.idle is not None,
            "unused": self.is_unused,
        }
        return shows.get(show, True)


def routes(site: Site) -> APIRouter:
    router, proving = APIRouter(), site.shared(Proving)

    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        lately = await proving.lately(visit, proved)
        sought, show = query(request, "q").strip().casefold(), query(request, "show")
        rows = sorted((_row(proved, lately, one) for one in proved.network.flows), key=lambda one: one.order)
        found = [one for one in rows if one.is_shown(show) and sought in _words(one.flow)]
        start = whole(query(request, "start"), 5) // ROWS * ROWS
        return site.page(
            "console/network_flows.html",
            visit,
            rows=found[start : start + ROWS],
            found=len(found),
            of=len(rows),
            start=start,
            at_once=ROWS,
            sought=query(request, "q").strip(),
            show=show if show in SHOWS else "",
            shows={name: word for name, word in SHOWS.items() if name != "unused" or lately.is_known},
            lately=lately,
            days=SEEN_DAYS,
            groups=site.known.groups,
            approved=await approved(site, visit.now),
            review=_in_days(proved.today, REVIEW_DAYS),
            today=proved.today,
            trials=[one for one in proved.network.trials if proved.today < one.until],
            done=DONE.get(query(request, "done"), ""),
        )

    @router.get(f"{AT}/{{flow_id}}")
    async def single(request: Request, flow_id: str, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        flow = next((one for one in proved.network.flows if one.id == flow_id), None)
        if flow is None:
            raise HTTPException(404)
        lines, more_pairs = await site.in_thread(lambda: proved.lines_of(flow, MOST_PAIRS))
        lately = await proving.lately(visit, proved)
        return site.page(
            "console/network_flow.html",
            visit,
            row=_row(proved, lately, flow),
            lately=lately,
            days=SEEN_DAYS,
            flow=flow,
            lines=lines[:MOST_LINES],
            more_pairs=more_pairs,
            more=max(0, len(lines) - MOST_LINES),
            groups=site.known.groups,
            today=proved.today,
            review=_in_days(proved.today, REVIEW_DAYS),
            done=DONE.get(query(request, "done"), ""),
        )

    return router


def _in_days(today: str, days: int) -> str:
    return (date.fromisoformat(today) + timedelta(days=days)).isoformat()


def _row(proved: Proved, lately: Lately, flow: Flow) -> Row:
    is_expired = bool(flow.expires) and flow.expires <= proved.today
    is_due, seen = flow.review <= proved.today and not is_expired, lately.flows.get(flow.id)
    is_unused = lately.is_known and seen is None and not is_expired
    return Row(flow, is_due, is_expired, proved.idle.get(flow.id), seen, is_unused)


def _words(flow: Flow) -> str:
    way = flow.way
    names = (*way.sources, *way.destinations, *way.services)
    return " ".join((flow.id, flow.owner, flow.purpose, *names)).casefold()
