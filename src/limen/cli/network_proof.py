"""What `limen network` proves: who reaches whom, what must never be, how far somebody gets, and what does nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, TypeAlias

from limen.cli.output import counted
from limen.configuration.problem import unknown
from limen.errors import LimenError
from limen.facts import Label
from limen.messages import lists
from limen.network.broken import path_text
from limen.network.compiling import compiled
from limen.network.file_changes import way_said
from limen.network.model import EVERYTHING, INSIDE, INTERNET, Network
from limen.network.packets.regions import Regions
from limen.network.proof.blast_radius import BlastRadius, Change, Reached, Start, blast_radius
from limen.network.proof.matrix import Cell, Matrix
from limen.network.proof.naming import Named, lines
from limen.network.proof.nevers import Verdict, verdicts
from limen.network.proof.shadowed import Why, unneeded

Printed: TypeAlias = tuple[str, dict[str, Any] | None]
"""A line for people ("": none), and an object for programs (None: none)."""
SAID = {
    Why.NEVER_REACHED: "no packet reaches it; all of it is decided before",
    Why.CHANGES_NOTHING: "without it every packet is answered alike",
}


def matrix(network: Network, today: str) -> Iterator[Printed]:
    """Each pair of zones: a mark in a grid, then what is let through by names."""
    table = Matrix(Regions(compiled(network, today)))
    wide = max(map(len, table.zones))
    yield f"{'':<{wide}}  {' '.join(f'{number:>2}' for number in range(1, len(table.zones) + 1))}", None
    for number, source in enumerate(table.zones, 1):
        marks = [_mark(network, table.cell(source, other)) for other in table.zones]
        yield f"{source:<{wide}}  {' '.join(f'{mark:>2}' for mark in marks)}  {number}", None
    yield "From the left to the column: · nothing, + as below, = all, since no firewall is between", None
    for source in table.zones:
        for other in table.zones:
            yield from _cell(network, table.cell(source, other))


def _mark(network: Network, cell: Cell) -> str:
    return "=" if _is_open(network, cell) else "·" if cell.is_empty else "+"


def _is_open(network: Network, cell: Cell) -> bool:
    zone = network.zone_of.get(cell.from_zone)
    return cell.from_zone == cell.to_zone and not (zone and zone.is_isolated)


def _cell(network: Network, cell: Cell) -> Iterator[Printed]:
    packets = (Named(cell.from_zone, cell.to_zone, one.box, one.rule.id) for one in cell.regions)
    named = () if _is_open(network, cell) else lines(packets, network)
    unlisted = [one.id for one in cell.unlisted]
    plain = {
        "from": cell.from_zone,
        "to": cell.to_zone,
        "is_guarded": not _is_open(network, cell),
        "is_empty": cell.is_empty,
        "lines": [asdict(one) for one in named],
        "unlisted": unlisted,
    }
    yield "", plain
    yield from ((f"  {one}", None) for one in named)
    if unlisted:
        yield f"  {cell.from_zone} → {cell.to_zone}: more than can be listed ({', '.join(unlisted)})", None


def never(network: Network, today: str) -> Iterator[Printed]:
    """Each statement, proved or refuted, or possible as long as zones are on trial."""
    for verdict in verdicts(network, Regions(compiled(network, today))):
        yield _verdict_text(verdict), _verdict_plain(verdict)


def _verdict_text(verdict: Verdict) -> str:
    one = verdict.never
    said = f"{one.id}{', built in' if one.is_built_in else ''}: {way_said(one.way)}{_hops(one.hops)}"
    if verdict.holds:
        return f"proved   {said}"
    if not verdict.is_decided:
        return f"unproved {said}: too many rules overlap"
    ends = f"{verdict.path[0].source.name} reaches {verdict.path[-1].destination.name}"
    return f"{'on trial' if verdict.is_on_trial else 'refuted '} {said}: {ends}{path_text(verdict.path)}"


def _hops(hops: bool) -> str:
    return ", nor by way of others" if hops else ""


def _verdict_plain(verdict: Verdict) -> dict[str, Any]:
    return {
        "id": verdict.never.id,
        "built_in": verdict.never.is_built_in,
        "holds": verdict.holds,
        "is_decided": verdict.is_decided,
        "is_on_trial": verdict.is_on_trial,
        "path": [[one.source.name, one.destination.name, one.rule_id] for one in verdict.path],
    }


def blast(network: Network, name: str, today: str) -> Iterator[Printed]:
    """Everything within reach of who holds a zone or a host, and the one change that shrinks it most."""
    known = {*network.zone_names, *network.host_of, INSIDE, EVERYTHING}
    if name not in known:
        raise LimenError(*unknown("zone or host", name, known))
    found = blast_radius(network, Regions(compiled(network, today)), Start(name, (name,)))
    yield _blast_text(found), _blast_plain(found)
    for one in found.reached:
        yield f"  {reached_text(one)}", reached_plain(one)
    if found.best_change is not None:
        yield _change_text(found.best_change), None
    if not found.is_whole:
        yield "Too many rules overlap to say that this is all.", None


def _blast_text(found: BlastRadius) -> str:
    if not found.reached:
        return f"From {found.start.name} nothing else can be reached."
    sensitive = sum(one.asset.sensitivity >= Label.CONFIDENTIAL for one in found.reached)
    return (
        f"From {found.start.name} {counted(len(found.reached), 'host or zone', 'hosts and zones')} can be reached, "
        f"{sensitive} of them confidential or restricted:"
    )


def _blast_plain(found: BlastRadius) -> dict[str, Any]:
    return {
        "part": "whole",
        "from": found.start.name,
        "reached": len(found.reached),
        "weight": found.weight,
        "is_whole": found.is_whole,
        "best_change": _change_plain(found.best_change) if found.best_change else None,
    }


def _change_plain(change: Change) -> dict[str, Any]:
    spares = [one.name for one in change.spares]
    return {"rule": change.rule_id, "to_zone": change.to_zone, "isolates": change.isolates, "spares": spares}


def _change_text(change: Change) -> str:
    part = f", where it leads into {change.to_zone}" if change.to_zone else ""
    what = f"keep the hosts of {change.isolates} apart" if change.isolates else f"take out {change.rule_id}{part}"
    spared = lists.joined([one.name for one in change.spares], most=8)
    return f"The one change that shrinks it most: {what}; then {spared} can't be reached."


def reached_text(one: Reached) -> str:
    label = Label(one.asset.sensitivity).word
    name = one.asset.name
    what = f"{name} in {one.asset.zone}" if one.asset.is_host else name if name == INTERNET else f"the rest of {name}"
    return f"{counted(len(one.steps), 'step')}: {what} ({label}){path_text(one.steps)}"


def reached_plain(one: Reached) -> dict[str, Any]:
    return {
        "part": "reached",
        "name": one.asset.name,
        "zone": one.asset.zone,
        "sensitivity": one.asset.sensitivity,
        "path": [[step.source.name, step.destination.name, step.rule_id] for step in one.steps],
    }


def unused(network: Network, today: str) -> Iterator[Printed]:
    """Flows and blocks that do nothing, and flows that expired."""
    expired = [one.id for one in network.flows if one.expires and one.expires <= today]
    for flow_id in expired:
        yield f"{flow_id}: it expired", {"id": flow_id, "why": "expired", "by": []}
    idle = unneeded(Regions(compiled(network.without_trials, today)))
    for one in idle:
        by = f" by {', '.join(one.by)}" if one.by else ""
        yield f"{one.id}: {SAID[one.why]}{by}", {"id": one.id, "why": one.why.value, "by": list(one.by)}
    if not expired and not idle:
        yield "Every flow and block does something.", None
