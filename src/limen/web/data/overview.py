"""Every store with what was found in it and who reaches it, as the pages of data have it in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen.clock import MINUTE, Instant
from limen.company.gate import people_of
from limen.company.store_overview import Kept, Minimums, StoreOverview, kept_of, overviews_of, reaches_of
from limen.data.inventory.model import NO_STORES, StatedStores, Store
from limen.data.inventory.reach import Reach
from limen.web.data.needs import needs
from limen.web.expiring import ExpiringValues
from limen.web.site import Site

_KEPT_MS: Final = MINUTE
"""How long it is kept who reaches what, for one revision and the same people: time can change it, too."""


def stated(site: Site) -> Mapping[str, Store]:
    """The stores in force, by name."""
    return (site.known.rules_of(StatedStores) or NO_STORES).by_name


async def overviews(site: Site, now: Instant) -> list[StoreOverview]:
    """Those with the worst in them first."""
    stores, minimums = stated(site), needs(site.known)
    kept = await site.ports.database.reading(lambda snapshot: kept_of(snapshot, stores, minimums, now))
    return overviews_of(stores, kept, await _reaches(site, stores, kept, minimums, now))


async def _reaches(
    site: Site, stores: Mapping[str, Store], kept: Kept, minimums: Minimums, now: Instant
) -> Mapping[str, Reach]:
    """Worked out away from the event loop."""
    people = [one.person for one in await site.ports.database.reading(people_of)]
    engine, apps = site.ports.in_force.engine, dict(site.known.apps)
    key = (
        engine.revision,
        frozenset((one.id, one.groups, one.active) for one in people),
        tuple(
            (store, kept.summaries[name].highest if name in kept.summaries else None) for name, store in stores.items()
        ),
        tuple(minimums.items()),
    )
    lately = site.shared(_reached_lately)
    known = lately.get(key, now)
    if known is None:
        known = await site.in_thread(lambda: reaches_of(engine, apps, people, stores, kept, minimums, now))
        lately.put(key, known, now)
    return known


def _reached_lately(_site: Site) -> ExpiringValues[object, dict[str, Reach]]:
    return ExpiringValues(_KEPT_MS, 2)
