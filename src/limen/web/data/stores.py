"""The data map: every store as a block, as large as what is in it; and a page for each, what is worst in it first."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant
from limen.company.store_overview import StoreOverview, labels_of, stale_before
from limen.data.inventory import kept_items, summaries
from limen.data.inventory.kept_items import KeptItem, Sought
from limen.data.inventory.model import Audience, Store
from limen.data.inventory.summaries import Summary
from limen.data.inventory.taking import Inventory
from limen.facts import Person
from limen.messages.sizes import size
from limen.storage import Snapshot
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_view
from limen.web.data.drawn_map import Block, drawn
from limen.web.data.needs import names
from limen.web.data.overview import overviews, stated
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/data"
_ICON: Final = "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0"
PAGES: Final = (
    Page(AT, "Data map", READ, Menu("Data", 10, _ICON), hint="stores, shares, buckets, inventory, sensitive documents"),
    Route("GET", f"{AT}/stores/{{store}}", READ),
    Route("POST", f"{AT}/stores/{{store}}/take", CHANGE, does="Go through the store now"),
)
MOST_FOLDERS: Final = 25
MOST_ITEMS: Final = 10
MOST_NAMED: Final = 30
DONE: Final = {"soon": "Limen begins to go through it within a minute."}


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def everything(visit: Authorized) -> Response:
        every = await overviews(site, visit.now)
        return site.page(
            "console/data_map.html",
            visit,
            every=every,
            drawing=drawn([_block(one) for one in every], "Stores by how much is in each"),
            anyone=sum(one.summary.anyone for one in every if one.summary),
            outside=sum(one.summary.outside for one in every if one.summary),
            above=sum(one.summary.above for one in every if one.summary),
            size=size,
        )

    @router.get(f"{AT}/stores/{{store}}")
    async def single(request: Request, store: str, visit: Authorized) -> Response:
        audit_view(site, visit, "data")
        overview = await _overview(site, store, visit.now)
        one, called = overview.store, names(site.known)
        folders, shared, stale, above, kinds = await site.ports.database.reading(
            lambda snapshot: _worst_of(snapshot, one, visit.now)
        )
        return site.page(
            "console/data_store.html",
            visit,
            one=overview,
            folders=folders[:MOST_FOLDERS],
            more_folders=max(0, len(folders) - MOST_FOLDERS),
            shared=shared,
            stale=stale,
            above=above,
            kinds={detector: (called.get(detector, detector), number) for detector, number in kinds.items()},
            owner=site.known.groups[one.owner].title if one.owner in site.known.groups else one.owner,
            beyond=_people(site, overview.reach.beyond),
            more_beyond=max(0, len(overview.reach.beyond) - MOST_NAMED),
            people={item.owner_id: person_name(site.known, item.owner_id) for item in (*shared, *stale, *above)},
            apps=site.known.apps,
            size=size,
            done=DONE.get(query(request, "done"), ""),
            can_take=site.ports.offers.find(Inventory) is not None,
        )

    @router.post(f"{AT}/stores/{{store}}/take")
    async def take(store: str, visit: Authorized) -> Response:
        inventory = site.ports.offers.find(Inventory)
        if inventory is None or store not in stated(site):
            raise HTTPException(404)
        await inventory.ask_soon(store)
        return site.go(visit, f"{AT}/stores/{store}", done="soon")

    return router


async def _overview(site: Site, store: str, now: Instant) -> StoreOverview:
    found = [one for one in await overviews(site, now) if one.store.name == store]
    if not found:
        raise HTTPException(404)
    return found[0]


def _worst_of(
    snapshot: Snapshot, store: Store, now: Instant
) -> tuple[list[Summary], list[KeptItem], list[KeptItem], list[KeptItem], dict[str, int]]:
    """Folders; items that are shared outside, stale, and above the store's label; which detectors found something."""
    connection, only = snapshot.connection, {store.name: store}
    folders = summaries.summaries(connection, labels_of(only), stale_before(only, now), by_folder=True)
    names = (store.name,)
    shared = kept_items.items(connection, Sought(names, audience=Audience.OUTSIDE), most=MOST_ITEMS)
    untouched = stale_before(only, now)
    stale = kept_items.items(connection, Sought(names, untouched_since=untouched), most=MOST_ITEMS)
    above = kept_items.items(connection, Sought(names, above=labels_of(only)), most=MOST_ITEMS)
    worst_first = sorted(folders, key=lambda one: (-one.weight, one.folder))
    return worst_first, shared, stale, above, summaries.detectors(connection, names)


def _block(one: StoreOverview) -> Block:
    found = one.summary
    if found is None:
        return Block(one.store.name, 0, one.label, "nothing found yet", f"{AT}/stores/{one.store.name}")
    exposed = [
        f"{number:,} {what}"
        for number, what in (
            (found.anyone, "open to anyone"),
            (found.outside, "shared outside"),
            (found.above, "above its label"),
        )
        if number
    ]
    below = ", ".join([size(found.size), *exposed])
    return Block(one.store.name, found.size, one.label, below, f"{AT}/stores/{one.store.name}", one.is_exposed)


def _people(site: Site, ids: frozenset[str]) -> list[Person | None]:
    """Those of these ids, None for anybody; as many as are named."""
    known = [site.known.people.get(one) for one in ids if one]
    people = sorted((one for one in known if one is not None), key=lambda one: one.name.casefold())[:MOST_NAMED]
    return [*([None] if "" in ids else []), *people]
