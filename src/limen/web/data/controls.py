"""Controls in proportion: for each label, which stores lack which control, and the shortest way to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import Instant
from limen.data.inventory import kept_items
from limen.data.inventory.controls import Held, Lack, Minimum, lacks
from limen.data.inventory.kept_items import Sought
from limen.facts import Label
from limen.storage import Snapshot
from limen.web.data.needs import needs
from limen.web.data.overview import StoreOverview, overviews
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/data/controls"
_ICON: Final = "M12 3l7.5 3v5.5c0 4.5-3 7.7-7.5 9.5-4.5-1.8-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.500-5"
PAGES: Final = (
    Page(AT, "Data controls", READ, Menu("Data", 30, _ICON), hint="missing controls, encryption, minimum, labels"),
)


@dataclass(frozen=True, slots=True)
class OfLabel:
    """A label with what it needs, and its stores with what each lacks, the most first."""

    label: Label
    minimum: Minimum
    stores: tuple[tuple[StoreOverview, tuple[Lack, ...]], ...]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def every(visit: Authorized) -> Response:
        asked = needs(site.known)
        stores = await overviews(site, visit.now, asked)
        expired = await _expired(site, stores, asked, visit.now)
        groups = [_of_label(label, stores, asked, expired, visit.now) for label in sorted(Label, reverse=True)]
        return site.page(
            "console/data_controls.html",
            visit,
            groups=[one for one in groups if one.stores],
            asks=any(minimum != Minimum() for minimum in asked.values()),
            number=sum(len(some) for one in groups for _, some in one.stores),
            names={one.id: one.name for one in site.known.people.values()},
            most=8,
        )

    return router


async def _expired(
    site: Site, stores: list[StoreOverview], asked: Mapping[Label, Minimum], now: Instant
) -> dict[str, int]:
    """By store, how many documents are older than their label lets them be."""

    def read(snapshot: Snapshot) -> dict[str, int]:
        found = {}
        for one in stores:
            kept_ms = asked.get(one.label, Minimum()).kept_ms
            if kept_ms:
                sought = Sought((one.store.name,), changed_before=now - kept_ms)
                found[one.store.name] = kept_items.number(snapshot.connection, sought)
        return found

    return await site.ports.database.reading(read)


def _of_label(
    label: Label,
    stores: list[StoreOverview],
    asked: Mapping[Label, Minimum],
    expired: Mapping[str, int],
    now: Instant,
) -> OfLabel:
    minimum = asked.get(label, Minimum())
    found = [
        (one, tuple(lacks(held_of(one, expired.get(one.store.name, 0)), minimum, now)))
        for one in stores
        if one.label is label
    ]
    return OfLabel(label, minimum, tuple(sorted(found, key=lambda one: (-len(one[1]), one[0].store.name))))


def held_of(one: StoreOverview, expired: int) -> Held:
    outside = one.summary.outside + one.summary.anyone if one.summary else 0
    return Held(one.store, one.label, one.reach, one.state, outside, expired)
