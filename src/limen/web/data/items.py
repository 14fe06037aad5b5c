"""What was found in stores, one by one: chosen by what is wrong with it, and taken out as a list."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import Instant, to_iso
from limen.company.store_overview import labels_of, stale_before
from limen.data.inventory import kept_items, summaries
from limen.data.inventory.kept_items import KeptItem, Sought
from limen.data.inventory.model import Audience, Store
from limen.facts import Label
from limen.messages.sizes import size
from limen.printable import no_formula
from limen.storage import Snapshot
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_view
from limen.web.data.needs import names
from limen.web.data.overview import stated
from limen.web.page import Menu, Page, Route, Shortcut
from limen.web.permissions import READ
from limen.web.requests import query, whole
from limen.web.site import Site
from limen.web.visit import Authorized

AT: Final = "/console/data/documents"
_ICON: Final = "M6 3h9l4 4v14H6zM14.5 3v4.5H19M9 12h7M9 16h4"
PAGES: Final = (
    Page(AT, "Documents", READ, Menu("Data", 20, _ICON), hint="inventory, sensitive, shared outside, stale"),
    Shortcut(f"{AT}?show=outside", "Documents shared outside", hint="links, guests, anyone"),
    Shortcut(f"{AT}?show=above", "Documents above their store's label", hint="over-exposed, misplaced"),
    Route("GET", f"{AT}.csv", READ, media_type="text/csv"),
    Route("GET", f"{AT}.jsonl", READ, media_type="application/x-ndjson"),
)
ROWS: Final = 50
MOST_EXPORTED: Final = 50_000
SHOWS: Final = {
    "": "All",
    "outside": "Shared outside",
    "above": "Above the store's label",
    "stale": "Stale",
    "unread": "Not read",
}
COLUMNS: Final = (
    "store", "path", "label", "audience", "shared_with", "owner", "size", "changed", "opened", "found", "not_read",
)  # fmt: skip


def routes(site: Site) -> APIRouter:
    router = APIRouter()

    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "data")
        stores, sought = stated(site), sought_by(request, stated(site), visit.now)
        called = names(site.known)
        start = whole(query(request, "start"), 7) // ROWS * ROWS

        def read(snapshot: Snapshot) -> tuple[list[KeptItem], int, int, dict[str, int]]:
            connection, everything = snapshot.connection, Sought(tuple(stores))
            return (
                kept_items.items(connection, sought, start=start, most=ROWS) if stores else [],
                kept_items.number(connection, sought) if stores else 0,
                kept_items.number(connection, everything) if stores else 0,
                summaries.detectors(connection, list(stores)),
            )

        rows, found, of, detectors = await site.ports.database.reading(read)
        chosen = chosen_by(request)
        return site.page(
            "console/data_documents.html",
            visit,
            rows=rows,
            found=found,
            of=of,
            start=start,
            at_once=ROWS,
            chosen=chosen,
            kept=urlencode({name: value for name, value in chosen.items() if value}),
            shows=SHOWS,
            stores=sorted(stores),
            labels=[one.word for one in Label],
            detectors={one: called.get(one, one) for one in detectors},
            called=called,
            people={one.owner_id: person_name(site.known, one.owner_id) for one in rows},
            size=size,
            most_exported=MOST_EXPORTED,
        )

    @router.get(f"{AT}.csv")
    async def as_csv(request: Request, visit: Authorized) -> Response:
        rows = await _exported(site, request, visit)
        return _download(csv_of(rows), "text/csv; charset=utf-8", "limen-documents.csv")

    @router.get(f"{AT}.jsonl")
    async def as_json(request: Request, visit: Authorized) -> Response:
        rows = await _exported(site, request, visit)
        text = "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)
        return _download(text, "application/x-ndjson", "limen-documents.jsonl")

    return router


def chosen_by(request: Request) -> dict[str, str]:
    """What the address chooses, as it stands there; "" for what it does not."""
    return {name: query(request, name) for name in ("show", "store", "folder", "label", "found", "q")}


def sought_by(request: Request, stores: Mapping[str, Store], now: Instant) -> Sought:
    """What the address chooses. A store that is not stated is no restriction: there is nothing of it."""
    chosen = chosen_by(request)
    of = {chosen["store"]: stores[chosen["store"]]} if chosen["store"] in stores else dict(stores)
    words = {one.word: one for one in Label}
    return Sought(
        stores=tuple(of),
        folder=chosen["folder"] if "folder" in request.query_params else None,
        label=words.get(chosen["label"]),
        above=labels_of(of) if chosen["show"] == "above" else None,
        audience=Audience.OUTSIDE if chosen["show"] == "outside" else None,
        untouched_since=stale_before(of, now) if chosen["show"] == "stale" else None,
        detector=chosen["found"],
        unread=chosen["show"] == "unread",
        words=chosen["q"].strip(),
    )


def csv_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Rows as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is led by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([row[one] if isinstance(row[one], int) else no_formula(str(row[one])) for one in COLUMNS])
    return text.getvalue()


def plain(item: KeptItem, owner: str, called: Mapping[str, str]) -> dict[str, Any]:
    """An item in plain words; `found` names detectors with counts."""
    return {
        "store": item.store,
        "path": item.path,
        "label": item.label.word if item.label is not None else "",
        "audience": item.audience.name.lower(),
        "shared_with": " ".join(item.domains),
        "owner": owner,
        "size": item.size,
        "changed": to_iso(item.changed_at) if item.changed_at else "",
        "opened": to_iso(item.accessed_at) if item.accessed_at else "",
        "found": ", ".join(_counts(item, called)),
        "not_read": " ".join(item.why_not),
    }


def _counts(item: KeptItem, called: Mapping[str, str]) -> Iterator[str]:
    for one in item.counted:
        yield f"{called.get(one.detector, one.detector)} {one.number}{'+' if one.is_more else ''}"


async def _exported(site: Site, request: Request, visit: Authorized) -> list[dict[str, Any]]:
    audit_view(site, visit, "data")
    stores = stated(site)
    sought = sought_by(request, stores, visit.now)
    if not stores:
        return []
    rows = await site.ports.database.reading(
        lambda snapshot: kept_items.items(snapshot.connection, sought, most=MOST_EXPORTED)
    )
    called = names(site.known)
    return [plain(one, person_name(site.known, one.owner_id) if one.owner_id else "", called) for one in rows]


def _download(text: str, media_type: str, name: str) -> Response:
    return Response(text, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})
