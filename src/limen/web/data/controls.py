"""Controls in proportion: for each label, which stores lack which control, and the shortest way to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from limen.clock import Instant
from limen.company.store_overview import Minimums, StoreOverview
from limen.configuration.lengths import length_text
from limen.data.inventory.controls import Lack, Minimum
from limen.facts import Label
from limen.web.data.needs import needs
from limen.web.data.overview import overviews
from limen.web.page import Menu, Page
from limen.web.permissions import READ
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/data/controls"
_ICON: Final = "M12 3l7.5 3v5.5c0 4.5-3 7.7-7.5 9.5-4.5-1.8-7.5-5-7.5-9.5V6zM8.5 12l2.5 2.5 4.500-5"
PAGES: Final = (
    Page(AT, "Data controls", READ, Menu("Data", 30, _ICON), hint="missing controls, encryption, minimum, labels"),
)
MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class OfLabel:
    """A label with what it needs, and its stores with what each lacks, the most first."""

    label: Label
    minimum: Minimum
    stores: tuple[tuple[StoreOverview, tuple[Lack, ...]], ...]

    @property
    def asks(self) -> list[str]:
        """What it needs, in words."""
        needed = self.minimum
        return [
            *([f"strength {needed.strength}"] if needed.strength else []),
            *(["healthy device"] if needed.healthy else []),
            *([f"signed in at most {length_text(needed.session_ms)} ago"] if needed.session_ms else []),
            *(["shared inside alone"] if needed.inside else []),
            *(["encrypted"] if needed.encrypted else []),
            *([f"kept {length_text(needed.kept_ms)} at most"] if needed.kept_ms else []),
        ]


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def every(visit: Authorized) -> Response:
        minimums, stores = needs(site.known), await overviews(site, visit.now)
        groups = [_of_label(label, stores, minimums, visit.now) for label in sorted(Label, reverse=True)]
        return site.page(
            "console/data_controls.html",
            visit,
            groups=[one for one in groups if one.stores],
            asks=any(minimum != Minimum() for minimum in minimums.values()),
            number=sum(len(some) for one in groups for _, some in one.stores),
            names={one.id: one.name for one in site.known.people.values()},
            most=MOST_NAMED,
        )

    return router


def _of_label(label: Label, stores: list[StoreOverview], minimums: Minimums, now: Instant) -> OfLabel:
    found = [(one, tuple(one.lacks(minimums, now))) for one in stores if one.label is label]
    by_number = sorted(found, key=lambda one: (-len(one[1]), one[0].store.name))
    return OfLabel(label, minimums.get(label, Minimum()), tuple(by_number))
