"""Everything that may pass although rules say otherwise, what ends first before the others; ended in bulk."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.clock import to_iso
from limen.data.exceptions import DataException, ExceptionKind, Exceptions
from limen.data.findings.service import Findings
from limen.web.console.rows import person_name
from limen.web.console.view_audit import audit_view
from limen.web.data.needs import names
from limen.web.page import Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.requests import query, whole
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/findings/exceptions"
PAGES: Final = (
    Page(AT, "What may pass all the same", READ, hint="data exceptions, not sensitive, allowed values, released files"),
    Route("GET", f"{AT}.json", READ, media_type="application/json"),
    Route("POST", f"{AT}/end", CHANGE, does="End exceptions"),
)
ROWS: Final = 50
WHATS: Final = {
    ExceptionKind.DOCUMENT: "Documents",
    ExceptionKind.VALUE: "Values",
    ExceptionKind.FILE: "Files on shares",
}
_DONE: Final = {
    "ended": "Ended. A file on a share is judged when it changes, or with all others by `limen data shares look`.",
    "nothing": "Select something first.",
    "gone": "It had ended already.",
    "failed": "Nothing has ended: the folder of the quarantine can't be written by Limen's user.",
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    exceptions, findings = site.ports.offers.take(Exceptions), site.ports.offers.take(Findings)

    @router.get(AT)
    async def every(request: Request, visit: Authorized) -> Response:
        audit_view(site, visit, "data-exceptions")
        all_of_them = await exceptions.every()
        what = query(request, "what")
        chosen = [one for one in all_of_them if what not in set(ExceptionKind) or one.what == what]
        start = min(whole(query(request, "start"), 7), max(len(chosen) - 1, 0)) // ROWS * ROWS
        rows = chosen[start : start + ROWS]
        done = query(request, "done")
        return site.page(
            "console/data_exceptions.html",
            visit,
            rows=rows,
            found=len(chosen),
            of=len(all_of_them),
            start=start,
            at_once=ROWS,
            what=what,
            whats={one.value: word for one, word in WHATS.items()},
            kept=urlencode({"what": what}) if what in set(ExceptionKind) else "",
            kinds=await findings.kinds_found([one.event for one in rows if one.event]),
            wheres={one.id: _where(site, one) for one in rows},
            people={one.person_id: person_name(site.known, one.person_id) for one in rows},
            at=query(request, "at"),
            done=_DONE.get(done, ""),
            is_done=done == "ended",
        )

    @router.get(f"{AT}.json")
    async def as_json(visit: Authorized) -> Response:
        audit_view(site, visit, "data-exceptions")
        rows = [msgspec.to_builtins(one) | {"until": to_iso(one.until)} for one in await exceptions.every()]
        headers = {"content-disposition": 'attachment; filename="limen-data-exceptions.json"'}
        return Response(msgspec.json.encode(rows), media_type="application/json", headers=headers)

    @router.post(f"{AT}/end")
    async def end(visit: Authorized, sent: Sent) -> Response:
        ids = set(sent.get("row", ()))
        try:
            number = await exceptions.end(ids, by=visit.person.id)
        except OSError:
            return site.go(visit, AT, done="failed")
        return site.go(visit, AT, done="ended" if number else "gone" if ids else "nothing")

    return router


def _where(site: Site, one: DataException) -> str:
    """What people read for the app, the detector or the share."""
    if one.what is ExceptionKind.DOCUMENT:
        app = site.known.apps.get(one.where)
        return app.name if app is not None else one.where
    return names(site.known).get(one.where, one.where) if one.what is ExceptionKind.VALUE else one.where
