"""Whose blast radius is largest: people with their laptops, services with their tokens, hosts and zones."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from limen.company.blast.radius import Permitted, Surroundings
from limen.company.blast.taken import TAKEN_OF, Holder, Kind, Taken
from limen.network.proof.assets import Asset
from limen.network.proof.blast_radius import Start


@dataclass(frozen=True, slots=True)
class Ranked:
    """`weight`: the sum of sensitivities of all that is reached, 0 to 3 each; `apps` and `places` are how many."""

    holder: Holder
    taken: Taken
    weight: int
    apps: int
    places: int


def largest(surroundings: Surroundings, told: Callable[[int, int], None] = lambda _done, _all: None) -> list[Ranked]:
    """All of them, the largest first. `told`: how many are done, and of how many. Devices are left out: whoever takes
    one has its people's laptops.
    """
    holders = [one for one in surroundings.holders if one.kind is not Kind.DEVICE]
    found: list[Ranked] = []
    reached: dict[tuple[object, ...], list[Asset]] = {}
    for kind in (Kind.PERSON, Kind.WORKLOAD, Kind.HOST, Kind.ZONE):
        several, taken = [one for one in holders if one.kind is kind], TAKEN_OF[kind][0]
        permitted = surroundings.permitted([one for one in several if surroundings.permits(one, taken)], taken)
        for one in several:
            its = permitted.get(one.id, ())
            start, _ = surroundings.start(one, taken, its)
            found.append(_ranked(one, taken, its, _reached(surroundings, start, reached)))
            told(len(found), len(holders))
    return sorted(found, key=lambda one: (-one.weight, -(one.apps + one.places), one.holder.kind, one.holder.name))


def _reached(surroundings: Surroundings, start: Start, known: dict[tuple[object, ...], list[Asset]]) -> list[Asset]:
    """Whoever begins in the same place with the same doors reaches the same."""
    if not surroundings.network.zones:
        return []
    key = (start.places, frozenset(start.within), start.doors)
    if key not in known:
        known[key] = surroundings.ground.reached(start)
    return known[key]


def _ranked(holder: Holder, taken: Taken, permitted: Iterable[Permitted], assets: list[Asset]) -> Ranked:
    apps = {one.app.id: one.app.sensitivity for one in permitted}
    weight = sum(apps.values()) + sum(one.sensitivity for one in assets)
    return Ranked(holder, taken, weight, len(apps), len(assets))
