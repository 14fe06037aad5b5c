"""`limen network blast` of people, devices and services, and `limen network largest`: who and what reaches furthest."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from limen.cli.network_proof import Printed, reached_plain, reached_text
from limen.cli.open_company import opened
from limen.cli.output import counted, progress
from limen.clock import SystemClock
from limen.company.blast.radius import Blast, Permitted, Surroundings
from limen.company.blast.ranking import Ranked, largest
from limen.company.blast.shrinking import Shrinking, best_change
from limen.company.blast.taken import TAKEN_OF, Holder, Kind, Taken
from limen.company.blast.today import today as read_today
from limen.company.blast.words import change_said, entry_said, permitted_said, sensitive, spared_said, whose
from limen.company.company import Company
from limen.errors import LimenError
from limen.facts import Label

KINDS: Final = ", ".join(f"{one}:" for one in Kind)
MOST_LISTED: Final = 40


def is_typed(name: str) -> bool:
    """Whether it says of what kind it is, as `person:ada@harbor.example`."""
    return name.partition(":")[0] in {*Kind} and ":" in name


def blast(folder: Path, company: Company, name: str, taken: str, day: str) -> Iterator[Printed]:
    """All within reach of whoever took over this, and the one change that takes most away."""
    around = _surroundings(folder, company, day)
    holder = _holder(around, name)
    known = TAKEN_OF[holder.kind]
    if taken and taken not in known:
        raise LimenError(f"of a {holder.kind} no {taken} is stolen", f"use one of: {', '.join(known)}")
    with progress("Working it out"):
        found = around.blast(holder, Taken(taken) if taken else known[0])
        change = best_change(around, found, company)
    yield _whole_text(found), _whole_plain(found, change)
    if found.public:
        yield f"  {found.public} of the hosts and zones anyone on the internet reaches as well", None
    for entry in found.entries:
        yield f"  begins in {entry.place}, {entry_said(entry, around.apps)}", None
    for one in found.apps:
        yield f"  {_app_text(one)}", _app_plain(one)
    for each in found.network.reached if found.network else ():
        yield f"  {reached_text(each)}", reached_plain(each)
    if change is not None:
        spared = spared_said(change, around.apps)
        said = f"The one change that shrinks it most: {change_said(change, around.today.people)}"
        yield f"{said}; then {spared} can't be reached.", None
    if not found.is_exact:
        yield "Some policies can't be checked in full: what could not be ruled out is among it.", None
    if not found.is_whole:
        yield "Too many rules overlap to say that this is all.", None


def ranking(folder: Path, company: Company, day: str, *, is_whole: bool) -> Iterator[Printed]:
    """The largest first; all of them where `is_whole`."""
    around = _surroundings(folder, company, day)
    with progress("Working them out") as told:
        found = largest(around, told or (lambda _done, _all: None))
    for one in found if is_whole else found[:MOST_LISTED]:
        yield _ranked_text(one), _ranked_plain(one)
    if not is_whole and len(found) > MOST_LISTED:
        yield f"and {len(found) - MOST_LISTED} more: --json has all", None


def _surroundings(folder: Path, company: Company, day: str) -> Surroundings:
    now = SystemClock().now()
    with opened(folder) as here:
        known = here.database.read(lambda snapshot: read_today(snapshot, now))
    return Surroundings.of(company, known, day, now)


def _holder(around: Surroundings, name: str) -> Holder:
    kind, _, rest = name.partition(":")
    found = around.found(Kind(kind), rest)
    if not found:
        raise LimenError(f"there is no active {kind} {rest[:80]}", "give an email address, a name or an ID")
    if len(found) > 1:
        ids = ", ".join(one.id for one in found[:8])
        raise LimenError(f"there are several of the name {rest[:80]}", f"give one of the IDs: {ids}")
    return found[0]


def _whole_text(found: Blast) -> str:
    if not found.size:
        return f"With {whose(found)} nothing else can be reached."
    apps, network = len(found.app_ids), len(found.network.reached) if found.network else 0
    return (
        f"With {whose(found)} {counted(apps, 'app')} and {counted(network, 'host or zone', 'hosts and zones')} "
        f"can be reached without a further human step, {sensitive(found)} of them confidential or restricted:"
    )


def _whole_plain(found: Blast, change: Shrinking | None) -> dict[str, object]:
    return {
        "part": "whole",
        "kind": found.holder.kind,
        "id": found.holder.id,
        "name": found.holder.name,
        "taken": found.taken,
        "apps": len(found.app_ids),
        "reached": len(found.network.reached) if found.network else 0,
        "reached_by_anybody": found.public,
        "weight": found.weight,
        "begins": [{"place": one.place, "why": one.why} for one in found.entries],
        "is_exact": found.is_exact,
        "is_whole": found.is_whole,
        "best_change": _change_plain(change) if change else None,
    }


def _change_plain(change: Shrinking) -> dict[str, object]:
    return {
        "by": change.by,
        "name": change.name,
        "to_zone": change.to_zone,
        "person": change.person,
        "spares": [*change.apps, *(one.name for one in change.assets)],
        "weight": change.weight,
    }


def _app_text(one: Permitted) -> str:
    return f"{one.app.name} ({Label(one.app.sensitivity).word}): {permitted_said(one)}"


def _app_plain(one: Permitted) -> dict[str, object]:
    return {
        "part": "app",
        "app": one.app.id,
        "person": one.person,
        "sensitivity": one.app.sensitivity,
        "actions": list(one.actions),
        "policies": list(one.policies),
        "groups": list(one.groups),
        "is_certain": one.is_certain,
    }


def _ranked_text(one: Ranked) -> str:
    reached = f"{counted(one.apps, 'app')}, {counted(one.places, 'host or zone', 'hosts and zones')}"
    return f"{one.weight:>4}  {one.holder.kind} {one.holder.name}: {reached}"


def _ranked_plain(one: Ranked) -> dict[str, object]:
    return {
        "kind": one.holder.kind,
        "id": one.holder.id,
        "name": one.holder.name,
        "taken": one.taken,
        "weight": one.weight,
        "apps": one.apps,
        "reached": one.places,
    }
