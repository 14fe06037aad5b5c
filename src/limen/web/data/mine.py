"""My data actions: what was stopped of one's own, what one let pass and why, and what one said is not sensitive."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.data.findings.service import Findings, Wanted
from limen.facts.passing import Channel
from limen.messages import gettext_noop
from limen.web.data.needs import names
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/data"
PAGES: Final = (
    Page(AT, gettext_noop("My data actions"), VIEW, Menu(PORTAL_FOOT, 20), hint="stopped uploads, exceptions"),
    Route("POST", f"{AT}/exceptions/{{exception_id}}/end", VIEW, does=gettext_noop("End an exception")),
)
NEWEST: Final = 50
CHANNELS: Final = {
    Channel.UPLOAD.value: gettext_noop("Upload"),
    Channel.DOWNLOAD.value: gettext_noop("Download"),
    Channel.WEB.value: gettext_noop("Upload to another site"),
    Channel.MAIL.value: gettext_noop("Mail"),
    Channel.SHARE.value: gettext_noop("File on a share"),
    Channel.LINK.value: gettext_noop("Shared link"),
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    findings = site.ports.offers.take(Findings)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        rows, _ = await findings.find(Wanted(state="", person=visit.person.id), NEWEST)
        known, say = frozenset(names(site.known).values()), visit.localizer.gettext
        return site.page(
            "data/mine.html",
            visit,
            rows=rows,
            kinds={row.id: ", ".join(map(say, kinds_in(row.kinds, known))) for row in rows},
            exceptions=await findings.own_exceptions(visit.person.id),
            apps={app.id: app.name for app in site.known.apps.values()},
            channels=CHANNELS,
            contact=site.ports.settings.help.contact,
            done=query(request, "done"),
        )

    @router.post(f"{AT}/exceptions/{{exception_id}}/end")
    async def end(exception_id: str, visit: Authorized, _sent: Sent) -> Response:
        is_ended = await findings.end_exception(exception_id, by=visit.person.id)
        return site.go(visit, AT, done="ended" if is_ended else "gone")

    return router


def kinds_in(written: str, known: Collection[str]) -> list[str]:
    """The kinds of a line as an event has it; some have a comma in their name."""
    words, found = written.split(", ") if written else [], list[str]()
    while words:
        most = next((size for size in range(min(3, len(words)), 1, -1) if ", ".join(words[:size]) in known), 1)
        found.append(", ".join(words[:most]))
        words = words[most:]
    return found
