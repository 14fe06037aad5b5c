"""The network as a picture: its zones, an arrow wherever something is let through, and walls where nothing may be; the
same in words beneath it, and a page for each zone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.facts import Label
from limen.network.graph import Graph, drawable
from limen.network.learning.lately import Lately, Seen
from limen.network.learning.unplanned import NAMED_KINDS
from limen.network.model import INTERNET, Zone
from limen.network.probes.probing import Probing
from limen.network.proof.naming import Reachable
from limen.network.proof.nevers import Verdict
from limen.network.proved import Proved
from limen.web.network.drawn_graph import Shown, drawn
from limen.web.network.proving import SEEN_DAYS, UNPLANNED_DAYS, Proving
from limen.web.page import Menu, Page, Route
from limen.web.permissions import READ
from limen.web.requests import query, whole
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/network"
_TITLE: Final = "Network map"
_ICON: Final = "M12 3v5M5 21v-5h14v5M12 16V8M3 21h4M10 3h4M17 21h4"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 10, _ICON), hint="zones, picture, topology, walls"),
    Route("GET", f"{AT}/zones/{{zone}}", READ),
)
MOST_DRAWN: Final = 40
MOST_ARROWS: Final = 200
ROWS: Final = 50
MOST_NAMED: Final = 8
MOST_HOSTS: Final = 100
MOST_LINES: Final = 200
MOST_REFUSED: Final = 20
MOST_UNPLANNED: Final = 50


@dataclass(frozen=True, slots=True)
class Row:
    """A zone in words. `zone` is None for the internet; `reaches` and `reached_by` are other zones."""

    name: str
    zone: Zone | None
    hosts: int
    reaches: tuple[str, ...]
    reached_by: tuple[str, ...]
    walls: tuple[Verdict, ...]
    is_broken: bool

    @property
    def label(self) -> str:
        return Label(self.zone.sensitivity).word if self.zone else ""


def routes(site: Site) -> APIRouter:
    router, proving, probing = APIRouter(), site.shared(Proving), site.ports.offers.take(Probing)

    @router.get(AT)
    async def everything(request: Request, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        lately = await proving.lately(visit, proved)
        start = whole(query(request, "start"), 4) // ROWS * ROWS
        names = proved.network.zone_names
        part = drawable(proved.graph, MOST_DRAWN, MOST_ARROWS)
        return site.page(
            "console/network_map.html",
            visit,
            network=proved.network,
            drawing=drawn(part, f"The network of {site.ports.settings.name}", shown=_shown(proved, part, lately)),
            left_out=(len(proved.graph.nodes) - len(part.nodes), len(proved.graph.edges) - len(part.edges)),
            rows=_rows(proved, names[start : start + ROWS]),
            broken=[one for one in proved.verdicts if one.path and not one.is_on_trial],
            trials=[one for one in proved.network.trials if proved.today < one.until],
            undecided=[one for one in proved.verdicts if not one.is_decided],
            refused=_refused(lately),
            days=SEEN_DAYS,
            start=start,
            at_once=ROWS,
            most=MOST_NAMED,
        )

    @router.get(f"{AT}/zones/{{zone}}")
    async def single(zone: str, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        if zone not in proved.network.zone_names:
            raise HTTPException(404)
        (row,) = _rows(proved, [zone])
        out, inwards = await site.in_thread(lambda: (_lines_from(proved, row), _lines_to(proved, row)))
        hosts = [one for one in proved.network.hosts if one.zone == zone]
        unplanned = [one for one in await proving.unplanned(visit, _TITLE, proved) if one.zone == zone]
        return site.page(
            "console/network_zone.html",
            visit,
            row=row,
            names_hosts=bool(hosts) and row.zone is not None and row.zone.kind in NAMED_KINDS,
            unplanned=unplanned[:MOST_UNPLANNED],
            more_unplanned=max(0, len(unplanned) - MOST_UNPLANNED),
            unplanned_days=UNPLANNED_DAYS,
            on_trial={one.id for one in proved.network.trials},
            hosts=hosts[:MOST_HOSTS],
            more_hosts=max(0, len(hosts) - MOST_HOSTS),
            out=out[:MOST_LINES],
            more_out=max(0, len(out) - MOST_LINES),
            inwards=inwards[:MOST_LINES],
            more_inwards=max(0, len(inwards) - MOST_LINES),
            is_open=not proved.is_guarded(zone, zone) and zone != INTERNET,
            firewalls=[one for one in proved.network.firewalls if zone in one.zones],
            probes=[one for one in probing.results() if zone in {one.probe.from_zone, one.probe.to_zone}],
        )

    return router


def _shown(proved: Proved, part: Graph, lately: Lately) -> Shown:
    names = {one.name for one in part.nodes}
    return Shown(
        nodes={one: f"{AT}/zones/{one}" for one in names},
        edges={(one.start, one.end): f"{AT}/matrix/{one.start}/{one.end}" for one in part.edges},
        walls={zone: _wall_said(some) for zone, some in proved.walls.items() if zone in names},
        broken=proved.broken,
        counts={pair: f"{seen.came:,} connections in {SEEN_DAYS} days" for pair, seen in lately.pairs.items()},
    )


def _refused(lately: Lately) -> list[tuple[str, str, Seen]]:
    """Where most was refused, first."""
    every = [(*pair, seen) for pair, seen in lately.pairs.items() if seen.refused]
    return sorted(every, key=lambda one: -one[2].refused)[:MOST_REFUSED]


def _wall_said(some: Iterable[Verdict]) -> str:
    return "; ".join(
        f"{one.never.id}: {'holds' if one.holds else 'on trial' if one.is_on_trial else 'does not hold'}"
        for one in some
    )


def _rows(proved: Proved, names: Iterable[str]) -> list[Row]:
    out: dict[str, list[str]] = {}
    inwards: dict[str, list[str]] = {}
    for one, other in proved.cells:
        if one != other:
            out.setdefault(one, []).append(other)
            inwards.setdefault(other, []).append(one)
    hosts: dict[str, int] = {}
    for host in proved.network.hosts:
        hosts[host.zone] = hosts.get(host.zone, 0) + 1
    ends = {end for _, end in proved.broken}
    return [
        Row(
            name,
            proved.network.zone_of.get(name),
            hosts.get(name, 0),
            tuple(out.get(name, ())),
            tuple(inwards.get(name, ())),
            proved.walls.get(name, ()),
            name in ends,
        )
        for name in names
    ]


def _lines_from(proved: Proved, row: Row) -> list[Reachable]:
    return [line for other in row.reaches for line in proved.lines(row.name, other)]


def _lines_to(proved: Proved, row: Row) -> list[Reachable]:
    return [line for other in row.reached_by for line in proved.lines(other, row.name)]
