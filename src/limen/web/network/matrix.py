"""Who reaches whom: each pair of zones in a table, and why each is as it is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.network.learning.lately import Seen
from limen.network.model import ANY_SERVICE
from limen.network.probes.model import Result
from limen.network.probes.probing import Probing
from limen.network.proof.matrix import Cell
from limen.network.proved import Proved
from limen.network.services import service_text
from limen.web.network.ask import may_ask
from limen.web.network.proving import SEEN_DAYS, Proving
from limen.web.page import Menu, Page, Route
from limen.web.permissions import READ
from limen.web.requests import query, whole
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/network/matrix"
_TITLE: Final = "Network matrix"
_ICON: Final = "M4 4h16v16H4zM4 9.300h16M4 14.700h16M9.300 4v16M14.700 4v16"
PAGES: Final = (
    Page(AT, _TITLE, READ, Menu("Network", 20, _ICON, "Matrix"), hint="zones, who reaches whom, allowed, denied"),
    Route("GET", f"{AT}/{{source}}/{{destination}}", READ),
)
AT_ONCE: Final = 25
"""Rows and columns on a page: more than six hundred cells nobody reads."""
MOST_SERVICES: Final = 3
MOST_LINES: Final = 200
_NUMBERS: Final = re.compile(r"protocols? [0-9]|[a-z0-9]+/|(?:tcp|udp|sctp|dccp|icmp|icmpv6)\Z")
"""Services that have no name."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell: `services` that are let through, of which `more` are not named; why, in words.

    `is_guarded`: a firewall is on the way. `is_broken`: something passes that must never be.
    `is_otherwise`: a canary came through though it must not, or did not though it must.
    """

    source: str
    destination: str
    is_guarded: bool
    services: tuple[str, ...]
    more: int
    why: str
    is_broken: bool
    is_otherwise: bool = False


def routes(site: Site) -> APIRouter:
    router, proving, probing = APIRouter(), site.shared(Proving), site.ports.offers.take(Probing)

    @router.get(AT)
    async def table(request: Request, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        names = proved.network.zone_names
        row, column = (whole(query(request, one), 4) // AT_ONCE * AT_ONCE for one in ("row", "column"))
        columns = names[column : column + AT_ONCE]
        return site.page(
            "console/network_matrix.html",
            visit,
            columns=columns,
            rows=await site.in_thread(lambda: _table(proved, names[row : row + AT_ONCE], columns, probing.results())),
            row=row,
            column=column,
            at_once=AT_ONCE,
            of=len(names),
        )

    @router.get(f"{AT}/{{source}}/{{destination}}")
    async def pair(source: str, destination: str, visit: Authorized) -> Response:
        proved = await proving.proved(visit, _TITLE)
        if not {source, destination} <= {*proved.network.zone_names}:
            raise HTTPException(404)
        lines = await site.in_thread(lambda: proved.lines(source, destination))
        lately = await proving.lately(visit, proved)
        denied = proved.blocks(source, destination)
        return site.page(
            "console/network_pair.html",
            visit,
            source=source,
            destination=destination,
            is_guarded=proved.is_guarded(source, destination),
            lines=lines[:MOST_LINES],
            more=max(0, len(lines) - MOST_LINES),
            unlisted=proved.cell(source, destination).unlisted,
            blocks=[one for one in proved.network.blocks if one.id in denied],
            verdicts=proved.about(source, destination),
            is_broken=(source, destination) in proved.broken,
            trial=proved.trials.get((source, destination)),
            on_trial={one.id for one in proved.network.trials},
            service_text=service_text,
            probes=probing.results(source, destination),
            seen=lately.pairs.get((source, destination), Seen()) if lately.is_known else None,
            days=SEEN_DAYS,
            may_ask_for_flows=may_ask(site, visit),
            has_back=not proved.cell(destination, source).is_empty,
        )

    return router


def _table(
    proved: Proved, rows: tuple[str, ...], columns: tuple[str, ...], probes: list[Result]
) -> list[tuple[str, list[Shown]]]:
    of_pair: dict[tuple[str, str], list[Result]] = {}
    for each in probes:
        of_pair.setdefault((each.probe.from_zone, each.probe.to_zone), []).append(each)
    return [(one, [_shown(proved, one, other, of_pair.get((one, other), [])) for other in columns]) for one in rows]


def _shown(proved: Proved, source: str, destination: str, probes: list[Result]) -> Shown:
    cell, is_guarded = proved.cell(source, destination), proved.is_guarded(source, destination)
    every = dict.fromkeys(service for line in proved.lines(source, destination) for service in line.services)
    services = [*_of_weight([*every]), *(["more than can be listed"] if cell.unlisted else [])]
    return Shown(
        source,
        destination,
        is_guarded,
        tuple(services[:MOST_SERVICES]),
        max(0, len(services) - MOST_SERVICES),
        "; ".join([_why(proved, cell) if is_guarded else "no firewall is between them", *_tried(probes)]),
        (source, destination) in proved.broken,
        any(one.is_as_stated is False for one in probes),
    )


def _of_weight(services: list[str]) -> list[str]:
    """Where to some hosts everything is let through, that is said first, and no ports that are left of it elsewhere."""
    if ANY_SERVICE not in services:
        return services
    return [ANY_SERVICE, *(one for one in services if one != ANY_SERVICE and not _NUMBERS.match(one))]


def _why(proved: Proved, cell: Cell) -> str:
    pair = cell.from_zone, cell.to_zone
    blocks = proved.blocks(*pair)
    parts = [f"by {_few(cell.rule_ids)}"] if cell.rule_ids else ["no flow"]
    parts += [f"denied by {_few(blocks)}"] if blocks else []
    about = proved.about(*pair)[:MOST_SERVICES]
    parts += [f"on trial until {proved.trials[pair].until}"] if pair in proved.trials else []
    return "; ".join([*parts, *(f"{one.never.id} {'holds' if one.holds else 'does not hold'}" for one in about)])


def _tried(probes: list[Result]) -> list[str]:
    wrong = sum(one.is_as_stated is False for one in probes)
    if wrong:
        return [f"probes: {wrong} not as stated"]
    return ["probes: as stated"] if any(one.is_as_stated for one in probes) else []


def _few(ids: tuple[str, ...]) -> str:
    more = len(ids) - MOST_SERVICES
    return ", ".join([*ids[:MOST_SERVICES], *([f"{more} more"] if more > 0 else [])])
