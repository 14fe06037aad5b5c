"""What was found in what passed, the newest first: filtered by the address, decided about in bulk, also by keyboard."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import to_iso
from limen.data.findings.model import Finding, State
from limen.data.findings.service import MOST_AT_ONCE, Findings, Wanted
from limen.data.links.model import NEEDS
from limen.facts.passing import Channel
from limen.web.console.timeline import before_of
from limen.web.console.view_audit import audit_events_view
from limen.web.data.mine import LINK_STATES
from limen.web.data.overview import stated
from limen.web.page import Menu, Page, Route, Shortcut
from limen.web.permissions import CHANGE, READ
from limen.web.requests import one, query, query_id
from limen.web.site import Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/console/findings"
_ICON: Final = "M6 3h8l4 4v14H6zM14 3v4h4M9 12h6M9 16h4"
PAGES: Final = (
    Page(AT, "Findings", READ, Menu("Watch", 27, _ICON), hint="data, uploads, downloads, DLP, sensitive documents"),
    Shortcut(f"{AT}?passed=no", "Stopped documents", hint="blocked uploads and downloads"),
    Route("GET", f"{AT}/list.json", READ, media_type="application/json"),
    Route("GET", f"{AT}/list.csv", READ, media_type="text/csv"),
    Route("POST", f"{AT}/decide", CHANGE, does="Decide about findings"),
)
MOST_ROWS: Final = 100
MOST_EXPORTED: Final = 2_000
STATES: Final = {State.OPEN: "Open", State.CONFIRMED: "Confirmed", State.NOT_SENSITIVE: "Not sensitive"}
CHANNELS: Final = {
    Channel.UPLOAD: "Upload",
    Channel.DOWNLOAD: "Download",
    Channel.WEB: "Other sites",
    Channel.MAIL: "Mail",
    Channel.SHARE: "File share",
    Channel.LINK: "Shared link",
}
_VERDICTS: Final = {"confirm": State.CONFIRMED, "not-sensitive": State.NOT_SENSITIVE, "reopen": State.OPEN}
_DONE: Final = {
    "confirm": "Confirmed.",
    "not-sensitive": "Marked as not sensitive. A document of which somebody had said so may now pass for everybody.",
    "reopen": "Open again.",
    "assign": "Saved who looks after them.",
    "nothing": "Select something first.",
}
_COLUMNS: Final = (
    "id",
    "at",
    "person",
    "channel",
    "app",
    "kinds",
    "rules",
    "step",
    "passed",
    "unread",
    "why",
    "said",
    "lowered",
    "state",
    "assigned_to",
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    findings = site.ports.offers.take(Findings)
    _export(router, site, findings)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        wanted = _wanted(request)
        audit_events_view(site, visit, "findings", wanted.person, wanted.app)
        rows, before = await findings.find(wanted, MOST_ROWS)
        people = sorted(site.known.people.values(), key=lambda person: person.name.casefold())
        kept = {
            name: value for name in ("state", "person", "app", "channel", "passed") if (value := query(request, name))
        }
        return site.page(
            "console/findings.html",
            visit,
            rows=rows,
            wanted=wanted,
            states={state.value: title for state, title in STATES.items()},
            channels={channel.value: title for channel, title in CHANNELS.items()},
            link_states=LINK_STATES,
            needs={name: NEEDS[store.kind] for name, store in stated(site).items() if store.kind in NEEDS},
            people=people,
            names={person.id: person.name for person in people},
            apps=sorted(site.known.apps.values(), key=lambda app: app.name.casefold()),
            app_names={app.id: app.name for app in site.known.apps.values()},
            older=f"{AT}?{urlencode({**kept, 'before': before})}" if before else "",
            exported=urlencode(kept),
            shown=urlencode(kept),
            is_newest=not wanted.before,
            at=query(request, "at"),
            done=_DONE.get(query(request, "done"), ""),
            is_done=query(request, "done") != "nothing",
        )

    @router.post(f"{AT}/decide")
    async def decide(visit: Authorized, sent: Sent) -> Response:
        verdict, events = one(sent, "verdict"), list(sent.get("row", ()))[:MOST_AT_ONCE]
        if verdict == "assign":
            person = one(sent, "person_id")
            if person and person not in site.known.people:
                raise HTTPException(400)
            done = await findings.assign(events, person, by=visit.person.id)
        elif verdict in _VERDICTS:
            done = await findings.decide(events, _VERDICTS[verdict], by=visit.person.id)
        else:
            raise HTTPException(400)
        return _back(site, visit, sent, verdict if done else "nothing")

    return router


def _export(router: APIRouter, site: Site, findings: Findings) -> None:
    async def found(request: Request, visit: SignedInVisit) -> list[dict[str, Any]]:
        wanted = _wanted(request)
        audit_events_view(site, visit, "findings", wanted.person, wanted.app)
        rows, _ = await findings.find(wanted, MOST_EXPORTED)
        return [_exported(each) for each in rows]

    @router.get(f"{AT}/list.json")
    async def as_json(request: Request, visit: Authorized) -> Response:
        return _file(msgspec.json.encode(await found(request, visit)), "json", "application/json")

    @router.get(f"{AT}/list.csv")
    async def as_csv(request: Request, visit: Authorized) -> Response:
        return _file(_csv(await found(request, visit)), "csv", "text/csv; charset=utf-8")


def _wanted(request: Request) -> Wanted:
    """What the address asks for; without anything, what is open."""
    state = query_id(request, "state") if "state" in request.query_params else State.OPEN.value
    return Wanted(
        state=state if state in {one.value for one in State} else "",
        person=query_id(request, "person"),
        app=query_id(request, "app"),
        channel=query_id(request, "channel"),
        passed=query_id(request, "passed"),
        before=before_of(query_id(request, "before")),
    )


def _back(site: Site, visit: SignedInVisit, sent: Sent, word: str) -> Response:
    """The same list, with what came of it, at the row that is next."""
    asked = {name: one(sent, name)[:64] for name in ("state", "person", "app", "channel", "passed", "at")}
    return site.go(visit, AT, done=word, **asked)


def _exported(found: Finding) -> dict[str, Any]:
    """A finding as programs read it: ids, words and instants, and never what was found."""
    values = {name: getattr(found, name) for name in _COLUMNS if hasattr(found, name)}
    return {
        **values,
        "at": to_iso(found.at),
        "lowered": " ".join(found.lowered or ()),
        "state": found.triage.state.value,
        "assigned_to": found.triage.assigned_to,
    }


def _csv(rows: Iterable[dict[str, Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, _COLUMNS)
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _plain(value) for name, value in row.items()})
    return text.getvalue().encode()


def _plain(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in {"=", "+", "-", "@", "\t", "\r"} else value


def _file(content: bytes, ending: str, media_type: str) -> Response:
    headers = {"content-disposition": f'attachment; filename="findings.{ending}"', "cache-control": "no-store"}
    return Response(content, media_type=media_type, headers=headers)
