"""Searching what happened, over all sources and Limen's own journal at once; each number leads to its events."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import DAY, HOUR, Instant, Milliseconds
from limen.errors import LimenError
from limen.monitor.normal_form.event import PATHS, NormalEvent
from limen.monitor.normal_form.ocsf import to_ocsf
from limen.monitor.search.answer import MOST_EXPORTED, Found
from limen.monitor.search.query import LONGEST, All, AnyOf, Column, Condition, Equals, Not, QueryError, fields_meant
from limen.monitor.search.saved_store import SavedSearch
from limen.monitor.search.saving import LONGEST_NAME, SavedSearches
from limen.monitor.search.service import Search
from limen.printable import no_formula
from limen.web import charts
from limen.web.charts import Bar
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_person_view, audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/search"
_ICON: Final = "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l5 5"
PAGES: Final = (
    Page(AT, "Search", READ, Menu("Watch", 40, _ICON), hint="events, logs, sources, query"),
    Route("GET", f"{AT}/event", READ),
    Route("GET", f"{AT}/events.csv", READ, media_type="text/csv"),
    Route("POST", f"{AT}/save", CHANGE, does="Save a search"),
    Route("POST", f"{AT}/remove", CHANGE, does="Remove a saved search"),
    Route("GET", f"{AT}/events.jsonl", READ, media_type="application/x-ndjson"),
)
SPANS: Final[dict[str, tuple[str, Milliseconds]]] = {
    "1h": ("Last hour", HOUR),
    "24h": ("Last 24 hours", DAY),
    "7d": ("Last 7 days", 7 * DAY),
    "30d": ("Last 30 days", 30 * DAY),
    "90d": ("Last 90 days", 90 * DAY),
}
USUAL: Final = "24h"
_OCSF_OF: Final = {column: path for path, column in PATHS.items()}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: a text, and a time, which ends now where none is named."""

    text: str
    span: str
    since: Instant
    until: Instant
    is_named: bool = False

    def address(self, text: str | None = None, path: str = AT, *, since: Instant = 0, until: Instant = 0) -> str:
        """The page with this text (None: the same), and this time where one is named."""
        said: dict[str, str] = {"q": self.text if text is None else text}
        if since or self.is_named:
            said |= {"since": str(since or self.since), "until": str(until or self.until)}
        else:
            said["span"] = self.span
        return f"{path}?{urlencode(said)}"

    def with_value(self, column: str, value: str) -> str:
        """The page with one more condition."""
        term = f'{column}:"{value.replace(chr(92), chr(92) * 2).replace(chr(34), chr(92) + chr(34))}"'
        return self.address(f"({self.text}) AND {term}" if " OR " in self.text else f"{self.text} {term}".strip())


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    search, saved = site.ports.offers.take(Search), site.ports.offers.take(SavedSearches)
    _save(router, site, search, saved)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        wanted = wanted_of(request, visit.now)
        found, problem = Found(), None
        try:
            condition = search.read(wanted.text)
            _audit(site, visit, condition)
            found = await search.look(condition, wanted.since, wanted.until)
        except LimenError as error:
            problem = error
        return site.page(
            "monitor/search.html",
            visit,
            wanted=wanted,
            spans=SPANS,
            longest=LONGEST,
            found=found,
            problem=problem,
            pointer=_pointer(wanted.text, problem),
            chart=_chart(site, wanted, found),
            saved=await saved.every(),
            longest_name=LONGEST_NAME,
            fields=fields_meant(""),
            names={one.id: one.name for one in site.known.people.values()},
        )

    @router.get(f"{AT}/event")
    async def event(request: Request, visit: Authorized) -> Response:
        uid, at = query(request, "uid"), _instant(query(request, "at"))
        meant = Equals(Column("uid"), (uid.lower(),))
        found = await search.look(meant, at, at + 1, rows=1, is_summed=False)
        if not uid or not found.rows:
            raise HTTPException(404)
        shown = as_event(found.rows[0])
        for person in {shown.person_id, shown.target_person_id} - {""}:
            audit_person_view(site, visit, person, "search")
        audit_view(site, visit, "search")
        return site.page(
            "monitor/search_event.html",
            visit,
            event=shown,
            columns=[
                (name, _OCSF_OF.get(name, ""), value)
                for name in NormalEvent.__struct_fields__
                if name not in {"fields", "raw"} and (value := getattr(shown, name))
            ],
            ocsf=msgspec.json.format(msgspec.json.encode(to_ocsf(shown)), indent=2).decode(),
            names={person.id: person_name(site.known, person.id) for person in site.known.people.values()},
        )

    @router.get(f"{AT}/events.csv")
    async def as_csv(request: Request, visit: Authorized) -> Response:
        rows = await _exported(site, search, request, visit)
        return _download("".join(csv_of(rows)), "text/csv; charset=utf-8", "limen-events.csv")

    @router.get(f"{AT}/events.jsonl")
    async def as_json(request: Request, visit: Authorized) -> Response:
        rows = await _exported(site, search, request, visit)
        text = "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)
        return _download(text, "application/x-ndjson", "limen-events.jsonl")

    return router


def _save(router: APIRouter, site: Site, search: Search, saved: SavedSearches) -> None:
    @router.post(f"{AT}/save")
    async def save(visit: Authorized, sent: Sent) -> Response:
        text, span = one(sent, "q")[:LONGEST], one(sent, "span")
        made = SavedSearch(one(sent, "name").strip(), text, span if span in SPANS else USUAL)
        search.read(text)
        await saved.keep(made, visit.person.id)
        return site.go(visit, AT, q=made.text, span=made.span)

    @router.post(f"{AT}/remove")
    async def remove(visit: Authorized, sent: Sent) -> Response:
        await saved.remove(one(sent, "name"), visit.person.id)
        return site.go(visit, AT)


def wanted_of(request: Request, now: Instant) -> Wanted:
    """What the address asks for; the usual span where it names none."""
    text = query(request, "q", LONGEST)
    since, until = _instant(query(request, "since")), _instant(query(request, "until"))
    if since and since < until:
        return Wanted(text, USUAL, since, until, is_named=True)
    span = query(request, "span")
    span = span if span in SPANS else USUAL
    return Wanted(text, span, now - SPANS[span][1], now + 1)


def as_event(row: dict[str, Any]) -> NormalEvent:
    """A row as the event that it is."""
    fields = row.get("fields")
    known = {name: value for name, value in row.items() if value is not None and name in NormalEvent.__struct_fields__}
    known["fields"] = msgspec.json.decode(fields) if isinstance(fields, str) and fields else {}
    return msgspec.convert(known, NormalEvent)


def csv_of(rows: list[dict[str, Any]]) -> Iterator[str]:
    """Rows as CSV (RFC 4180). A cell that a spreadsheet would take for a formula is led by an apostrophe."""
    text = io.StringIO()
    writer = csv.writer(text)
    names = [name for name in NormalEvent.__struct_fields__ if name != "raw"] + ["raw"]
    writer.writerow(names)
    for row in rows:
        writer.writerow([_harmless(row.get(name)) for name in names])
    yield text.getvalue()


def people_in(condition: Condition) -> set[str]:
    """The people whom a search names."""
    match condition:
        case All(every=some) | AnyOf(either=some):
            return set().union(*(people_in(one) for one in some))
        case Not(one=one):
            return people_in(one)
        case Equals(of=Column(name="person_id" | "target_person_id"), values=values):
            return {str(value) for value in values}
        case _:
            return set()


def _audit(site: Site, visit: Authorized, condition: Condition) -> None:
    """A search reads what colleagues did, so it is journaled: whom it names, or that it is about everybody."""
    people = people_in(condition)
    for person in people:
        audit_person_view(site, visit, person, "search")
    if not people:
        audit_view(site, visit, "search")


async def _exported(site: Site, search: Search, request: Request, visit: Authorized) -> list[dict[str, Any]]:
    wanted = wanted_of(request, visit.now)
    try:
        condition = search.read(wanted.text)
        _audit(site, visit, condition)
        found = await search.look(condition, wanted.since, wanted.until, rows=MOST_EXPORTED, is_summed=False)
    except LimenError as error:
        raise HTTPException(400, str(error)) from None
    return found.rows


def _download(text: str, media_type: str, name: str) -> Response:
    return Response(text, media_type=media_type, headers={"content-disposition": f'attachment; filename="{name}"'})


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return text if isinstance(value, int) else no_formula(text)


def _chart(site: Site, wanted: Wanted, found: Found) -> Markup | str:
    if not found.total:
        return ""
    shape = "%H:%M" if wanted.until - wanted.since <= 2 * DAY else "%d %b"
    bars = []
    for place, count in enumerate(found.buckets):
        begin = wanted.since + place * found.width
        name = datetime.fromtimestamp(begin / 1_000, site.ports.settings.zone).strftime(shape)
        address = wanted.address(since=begin, until=begin + found.width)
        bars.append(Bar(name, address, permit=count, words=("events", "", "")))
    return charts.bars(bars, f"{found.total:,} events over time", height=160)


def _pointer(text: str, problem: LimenError | None) -> str:
    """What stands before the place that is not understood."""
    if not isinstance(problem, QueryError):
        return ""
    return text if problem.position < 0 else text[: problem.position]


def _instant(text: str) -> Instant:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 14 else 0
