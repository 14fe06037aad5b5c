"""Each store with what was found in it and who reaches it, as the pages of data have it in common."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from limen.clock import MINUTE, Instant
from limen.company.gate import people_of
from limen.company.store_reach import Reaching
from limen.data.inventory import kept_stores, summaries
from limen.data.inventory.controls import Minimum
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.model import NO_STORES, StatedStores, Store
from limen.data.inventory.reach import Reach
from limen.data.inventory.summaries import Summary
from limen.facts import Label
from limen.storage import Snapshot
from limen.web.expiring import ExpiringValues
from limen.web.site import Site

_KEPT_MS: Final = MINUTE
"""How long it is kept who reaches what, for one revision and the same people: time can change it, too."""


@dataclass(frozen=True, slots=True)
class StoreOverview:
    """A store. `state`: None before its inventory was first begun; `summary`: None where nothing was found in it."""

    store: Store
    state: StoreState | None
    summary: Summary | None
    reach: Reach

    @property
    def label(self) -> Label:
        """The highest of what is meant to lie there and what does."""
        highest = self.summary.highest if self.summary else None
        return max(self.store.label, highest or self.store.label)

    @property
    def is_exposed(self) -> bool:
        return self.summary is not None and bool(self.summary.anyone or self.summary.outside or self.summary.above)


def stated(site: Site) -> Mapping[str, Store]:
    """The stores in force, by name."""
    return (site.known.rules_of(StatedStores) or NO_STORES).by_name


def labels_of(stores: Mapping[str, Store]) -> dict[str, Label]:
    return {name: store.label for name, store in stores.items()}


def stale_before(stores: Mapping[str, Store], now: Instant) -> dict[str, Instant]:
    """By store, since when something in it has to be untouched to be stale."""
    return {name: now - store.stale_ms for name, store in stores.items()}


async def overviews(site: Site, now: Instant, needs: Mapping[Label, Minimum]) -> list[StoreOverview]:
    """Every store, those with the worst in them first. `needs`: by label, what it needs of whoever opens it."""
    stores = stated(site)

    def read(snapshot: Snapshot) -> tuple[dict[str, StoreState], dict[str, Summary]]:
        found = summaries.summaries(snapshot.connection, labels_of(stores), stale_before(stores, now))
        return kept_stores.states(snapshot.connection), {one.store: one for one in found}

    states, found = await site.ports.database.reading(read)
    reaches = await _reaches(site, stores, found, needs, now)
    every = [StoreOverview(store, states.get(name), found.get(name), reaches[name]) for name, store in stores.items()]
    return sorted(every, key=lambda one: (-one.summary.weight if one.summary else 0, -one.store.label, one.store.name))


async def _reaches(
    site: Site, stores: Mapping[str, Store], found: Mapping[str, Summary], needs: Mapping[Label, Minimum], now: Instant
) -> dict[str, Reach]:
    """Worked out away from the event loop."""
    people = [one.person for one in await site.ports.database.reading(people_of)]
    engine, apps = site.ports.in_force.engine, dict(site.known.apps)
    worth = {
        name: max(store.label, (found[name].highest if name in found else None) or store.label)
        for name, store in stores.items()
    }
    who = frozenset((one.id, one.groups, one.active) for one in people)
    key = (engine.revision, who, tuple(worth.items()), tuple(stores.values()), tuple(needs.items()))
    kept = site.shared(_reached_lately)
    known = kept.get(key, now)
    if known is None:

        def work() -> dict[str, Reach]:
            reaching = Reaching(engine, apps, people, now)
            return {
                name: reaching.reach(store, needs.get(worth[name], Minimum()), worth[name])
                for name, store in stores.items()
            }

        known = await site.in_thread(work)
        kept.put(key, known, now)
    return known


def _reached_lately(_site: Site) -> ExpiringValues[object, dict[str, Reach]]:
    return ExpiringValues(_KEPT_MS, 2)
