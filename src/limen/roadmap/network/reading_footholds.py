"""What a stolen laptop reaches, of each person, and each zone in which workstations are."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from limen.company.blast.radius import Surroundings
from limen.company.blast.taken import Holder, Kind, Taken
from limen.company.blast.today import today as read_today
from limen.company.company import Company
from limen.network.model import Network
from limen.network.packets.regions import Regions
from limen.network.proof.assets import Asset
from limen.network.proof.blast_radius import Start
from limen.roadmap.network.evidence import Foothold
from limen.roadmap.sources import Sources

WORKSTATIONS: Final = frozenset({"workstation", "vpn"})
"""Who is elsewhere is a workstation, too."""


def footholds(
    sources: Sources, company: Company, network: Network, day: str, regions: Regions, breathe: Callable[[], object]
) -> tuple[Foothold, ...] | None:
    """All of them; None where the rules are too tangled to list what is reached. Raises StorageError."""
    everybody = sources.database.read(lambda snapshot: read_today(snapshot, sources.now))
    breathe()
    around = Surroundings.of(company, everybody, day, sources.now, regions).made_ready()
    if not around.ground.is_whole:
        return None
    breathe()
    return (*_places(around, network), *_people(around, breathe))


def _places(around: Surroundings, network: Network) -> Iterator[Foothold]:
    """A workstation is one among others in its zone, and holds none of the named hosts there."""
    for zone in network.zones:
        if zone.kind in WORKSTATIONS:
            reached = frozenset(around.ground.reached(Start(zone.name, (), within=(zone.name,))))
            yield Foothold(zone.name, zone.name, f"/console/network/zones/{zone.name}", False, reached)


def _people(around: Surroundings, breathe: Callable[[], object]) -> Iterator[Foothold]:
    people = [one for one in around.holders if one.kind is Kind.PERSON]
    permitted = around.permitted([one for one in people if around.permits(one, Taken.LAPTOP)], Taken.LAPTOP)
    known: dict[tuple[object, ...], frozenset[Asset]] = {}
    for one in people:
        breathe()
        start, _ = around.start(one, Taken.LAPTOP, permitted.get(one.id, ()))
        key = start.places, frozenset(start.within), start.doors
        if key not in known:
            known[key] = frozenset(around.ground.reached(start))
        apps = frozenset(each.app.id for each in permitted.get(one.id, ()))
        yield Foothold(one.id, one.name, _page(one), True, known[key], apps)


def _page(one: Holder) -> str:
    return f"/console/people/{one.id}"
