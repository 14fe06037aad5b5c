"""Items added up: of each store, and of each folder in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, select

from limen.clock import Instant
from limen.data.inventory.kept_items import NO_LABEL, data_item_finds, data_items
from limen.data.inventory.model import Audience
from limen.facts import Label


@dataclass(frozen=True, slots=True)
class Summary:
    """Items of a store, or of a folder of one, added up. `labels`: how many of each, None for those without."""

    store: str
    folder: str
    items: int
    size: int
    labels: Mapping[Label | None, int]
    outside: int
    anyone: int
    above: int
    stale: int
    unread: int

    @property
    def highest(self) -> Label | None:
        """The highest label of an item in it."""
        return max((one for one in self.labels if one is not None), default=None)

    @property
    def weight(self) -> int:
        """How much a leak would harm, with what is shared outside or lies above its store's label counted more."""
        harm = sum(number << 2 * one for one, number in self.labels.items() if one is not None)
        return 50 * self.anyone + 20 * self.outside + 20 * self.above + harm


def detectors(connection: Connection, stores: Collection[str]) -> dict[str, int]:
    """By detector, in how many items of these stores there is something of it; the most first."""
    chosen = (
        select(data_item_finds.c.detector, func.count().label("items"))
        .where(data_item_finds.c.store.in_(list(stores)))
        .group_by(data_item_finds.c.detector)
    )
    found = {row.detector: int(row.items) for row in connection.execute(chosen)}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def summaries(
    connection: Connection,
    labels: Mapping[str, Label],
    stale_before: Mapping[str, Instant],
    *,
    by_folder: bool = False,
) -> list[Summary]:
    """Of each of these stores, or of each folder in them. `labels` are what is meant to lie there, by store."""
    table, found = data_items, []
    for store, label in labels.items():
        touched = case((table.c.accessed_at > table.c.changed_at, table.c.accessed_at), else_=table.c.changed_at)
        is_stale = and_(touched > 0, touched < stale_before.get(store, 0))
        sums = {
            "items": func.count(),
            "size": func.sum(table.c.size),
            "outside": _sum(table.c.audience == Audience.OUTSIDE),
            "anyone": _sum(table.c.audience == Audience.ANYONE),
            "above": _sum(table.c.label > int(label)),
            "stale": _sum(is_stale),
            "unread": _sum(table.c.why_not != ""),
            **{f"label_{one}": _sum(table.c.label == one) for one in (NO_LABEL, *map(int, Label))},
        }
        counted = [value.label(name) for name, value in sums.items()]
        chosen = select(*([table.c.folder] if by_folder else []), *counted).where(table.c.store == store)
        rows = connection.execute(chosen.group_by(table.c.folder) if by_folder else chosen)
        found += [_summary(store, row, by_folder=by_folder) for row in rows if row.items]
    return found


# Inside


def _summary(store: str, row: Row[Any], *, by_folder: bool) -> Summary:
    every = (None, *Label)
    labels = {one: int(getattr(row, f"label_{NO_LABEL if one is None else int(one)}")) for one in every}
    return Summary(
        store=store,
        folder=row.folder if by_folder else "",
        items=int(row.items),
        size=int(row.size or 0),
        labels={one: count for one, count in labels.items() if count},
        outside=int(row.outside),
        anyone=int(row.anyone),
        above=int(row.above),
        stale=int(row.stale),
        unread=int(row.unread),
    )


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))
