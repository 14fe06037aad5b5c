"""Each store of data with what was found in it, who reaches it, and what it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from limen.clock import Instant
from limen.company.store_reach import Reaching
from limen.data.inventory import kept_items, kept_stores, summaries
from limen.data.inventory.controls import Held, Lack, Minimum, lacks
from limen.data.inventory.kept_items import Sought
from limen.data.inventory.kept_stores import StoreState
from limen.data.inventory.model import Store
from limen.data.inventory.reach import Reach
from limen.data.inventory.summaries import Summary
from limen.facts import App, Label, Person
from limen.policy import Engine
from limen.storage import Snapshot

Stores = Mapping[str, Store]
Minimums = Mapping[Label, Minimum]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database has of stores, by their names: how far each was gone through, what is in it, and how much of
    that is older than its label lets it be.
    """

    states: Mapping[str, StoreState]
    summaries: Mapping[str, Summary]
    expired: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class StoreOverview:
    """A store. `state`: None before its inventory was first begun; `summary`: None where nothing was found in it."""

    store: Store
    state: StoreState | None
    summary: Summary | None
    reach: Reach
    expired: int = 0

    @property
    def label(self) -> Label:
        """The highest of what is meant to lie there and what does."""
        return _worth(self.store, self.summary)

    @property
    def is_exposed(self) -> bool:
        return self.summary is not None and bool(self.summary.anyone or self.summary.outside or self.summary.above)

    def lacks(self, minimums: Minimums, now: Instant) -> list[Lack]:
        """What it lacks of what its label needs."""
        outside = self.summary.outside + self.summary.anyone if self.summary else 0
        held = Held(self.store, self.label, self.reach, self.state, outside, self.expired)
        return lacks(held, minimums.get(self.label, Minimum()), now)


def labels_of(stores: Stores) -> dict[str, Label]:
    return {name: store.label for name, store in stores.items()}


def stale_before(stores: Stores, now: Instant) -> dict[str, Instant]:
    """By store, since when something in it has to be untouched to be stale."""
    return {name: now - store.stale_ms for name, store in stores.items()}


def kept_of(snapshot: Snapshot, stores: Stores, minimums: Minimums, now: Instant) -> Kept:
    connection = snapshot.connection
    every = summaries.summaries(connection, labels_of(stores), stale_before(stores, now))
    found, expired = {one.store: one for one in every}, {}
    for name, store in stores.items():
        kept_ms = minimums.get(_worth(store, found.get(name)), Minimum()).kept_ms
        if kept_ms:
            expired[name] = kept_items.number(connection, Sought((name,), changed_before=now - kept_ms))
    return Kept(kept_stores.states(connection), found, expired)


def reaches_of(
    engine: Engine,
    apps: Mapping[str, App],
    people: Iterable[Person],
    stores: Stores,
    kept: Kept,
    minimums: Minimums,
    now: Instant,
) -> dict[str, Reach]:
    """By store, who reaches it; tenths of a second for each app."""
    reaching, found = Reaching(engine, apps, people, now), {}
    for name, store in stores.items():
        worth = _worth(store, kept.summaries.get(name))
        found[name] = reaching.reach(store, minimums.get(worth, Minimum()), worth)
    return found


def overviews_of(stores: Stores, kept: Kept, reaches: Mapping[str, Reach]) -> list[StoreOverview]:
    """Those with the worst in them first."""
    every = [
        StoreOverview(store, kept.states.get(name), kept.summaries.get(name), reaches[name], kept.expired.get(name, 0))
        for name, store in stores.items()
    ]
    return sorted(every, key=lambda one: (-one.summary.weight if one.summary else 0, -one.store.label, one.store.name))


def _worth(store: Store, summary: Summary | None) -> Label:
    highest = summary.highest if summary else None
    return max(store.label, highest or store.label)
