"""Trials: zones between which nothing is cut yet, what would have been cut of what was used, and how each ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.network.flow_text import without_trial
from limen.network.learning.would_cut import Cut, PairCuts
from limen.network.model import FILE, Network, Trial
from limen.network.services import is_unnamed
from limen.web.console.changes import Changes
from limen.web.network.changing import NEW
from limen.web.network.flows import DONE
from limen.web.network.proving import SEEN_DAYS, Proving
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/network/trials"
_TITLE: Final = "Trials"
_ICON: Final = "M9 3h6M10 3v6l-5 9a2 2 0 002 3h10a2 2 0 002-3l-5-9V3M7.500 15h9"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 35, _ICON), hint="report-only, would cut, try before cutting"),
    Route("POST", f"{AT}/{{trial_id}}/end", CHANGE, does="End a trial: see what would change"),
)
MOST_CUTS: Final = 50
"""Of each pair of zones; more are counted."""


@dataclass(frozen=True, slots=True)
class Row:
    """What would be cut, and the address of the form for a flow that would let it through ("": a block denies it)."""

    cut: Cut
    add: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair of zones on trial, with what was used of it, and the cuts that are shown."""

    of: PairCuts
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A trial, whether it is over, and its pairs that somebody used, the most cuts first."""

    trial: Trial
    is_over: bool
    pairs: tuple[Pair, ...]

    @property
    def cut(self) -> int:
        return sum(one.of.cut for one in self.pairs)


def routes(site: Site) -> APIRouter:
    router, proving, changes = APIRouter(), site.shared(Proving), site.shared(Changes)

    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        network = proved.network
        used = await proving.would_cut(visit, _TITLE, proved) if network.trials else ()
        of_pair = {(one.from_zone, one.to_zone): one for one in used if one.until}
        return site.page(
            "console/network_trials.html",
            visit,
            trials=[_shown(network, one, proved.today, of_pair) for one in network.trials],
            days=SEEN_DAYS,
            most=MOST_CUTS,
            done=DONE.get(query(request, "done"), ""),
        )

    @router.post(f"{AT}/{{trial_id}}/end")
    async def end(trial_id: str, visit: Authorized, sent: Sent) -> Response:
        company = await changes.unchanged_since(sent)
        text = without_trial(company.files.get(FILE, ""), trial_id)
        return await changes.begin(visit, f"End the trial {trial_id}", {FILE: text}, AT, company)

    return router


def _shown(network: Network, trial: Trial, today: str, of_pair: dict[tuple[str, str], PairCuts]) -> Shown:
    pairs = sorted((of_pair[one] for one in trial.pairs if one in of_pair), key=lambda one: -one.cut)
    shown = tuple(Pair(one, tuple(_row(network, one, cut) for cut in one.cuts[:MOST_CUTS])) for one in pairs)
    return Shown(trial, trial.until <= today, shown)


def _row(network: Network, pair: PairCuts, cut: Cut) -> Row:
    """The flow is for the whole zone that it comes from, and to the host alone, where that has a name."""
    if cut.block:
        return Row(cut, "")
    to = cut.destination if cut.destination in network.host_of else pair.to_zone
    words = {"from": pair.from_zone, "to": to, "service": _service(network, cut.service)}
    return Row(cut, f"{NEW}?{urlencode(words)}")


def _service(network: Network, called: str) -> str:
    """What learning calls `tcp-8443`, as network.yaml says it; "" for what has to be stated first."""
    if called in network.service_of:
        return called
    written = called.replace("-", "/", 1)
    return written if is_unnamed(written) else ""
