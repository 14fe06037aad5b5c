"""My data actions: what was stopped of one's own, what one let pass and why, and what one said is not sensitive."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.data.findings.service import Findings, Wanted
from limen.data.links.model import KeptLink, LinkState
from limen.data.links.service import Links
from limen.facts.passing import Channel
from limen.messages import gettext_noop
from limen.web.data.needs import names
from limen.web.page import PORTAL_FOOT, Menu, Page, Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/data"
PAGES: Final = (
    Page(AT, gettext_noop("My data actions"), VIEW, Menu(PORTAL_FOOT, 20), hint="stopped uploads, exceptions"),
    Route("POST", f"{AT}/exceptions/{{exception_id}}/end", VIEW, does=gettext_noop("End an exception")),
    Route("POST", f"{AT}/links/{{event}}/justify", VIEW, does=gettext_noop("Say why a link may stay")),
    Route("POST", f"{AT}/links/{{event}}/not-sensitive", VIEW, does=gettext_noop("Say that it is not sensitive")),
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

LINK_STATES: Final = {
    LinkState.STOOD.value: gettext_noop("Passed"),
    LinkState.PASSES.value: gettext_noop("Passed"),
    LinkState.JUSTIFIED.value: gettext_noop("Passed"),
    LinkState.WAITS.value: gettext_noop("Needs a reason"),
    LinkState.AGAIN.value: gettext_noop("Being checked"),
    LinkState.STANDS.value: gettext_noop("Could not be removed"),
    LinkState.REMOVED.value: gettext_noop("Link removed"),
}


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    findings, links = site.ports.offers.take(Findings), site.ports.offers.take(Links)

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
            link_states=LINK_STATES,
            links=_by_event(await links.of_person(visit.person.id)),
            contact=site.ports.settings.help.contact,
            done=query(request, "done"),
        )

    @router.post(f"{AT}/exceptions/{{exception_id}}/end")
    async def end(exception_id: str, visit: Authorized, _sent: Sent) -> Response:
        is_ended = await findings.end_exception(exception_id, by=visit.person.id)
        return site.go(visit, AT, done="ended" if is_ended else "gone")

    @router.post(f"{AT}/links/{{event}}/justify")
    async def justify(event: str, visit: Authorized, sent: Sent) -> Response:
        is_said = await links.justify(event, visit.person.id, one(sent, "why"))
        return site.go(visit, AT, done="kept" if is_said else "no-reason")

    @router.post(f"{AT}/links/{{event}}/not-sensitive")
    async def not_sensitive(event: str, visit: Authorized, _sent: Sent) -> Response:
        is_said = await links.not_sensitive(event, visit.person.id)
        return site.go(visit, AT, done="not-sensitive" if is_said else "no-reason")

    return router


def _by_event(links: Iterable[KeptLink]) -> list[KeptLink]:
    """Links that were judged together are answered together: the widest of each."""
    found: dict[str, KeptLink] = {}
    for each in links:
        known = found.get(each.event)
        if known is None or each.audience > known.audience:
            found[each.event] = each
    return list(found.values())


def kinds_in(written: str, known: Collection[str]) -> list[str]:
    """The kinds of a line as an event has it; some have a comma in their name."""
    words, found = written.split(", ") if written else [], list[str]()
    while words:
        most = next((size for size in range(min(3, len(words)), 1, -1) if ", ".join(words[:size]) in known), 1)
        found.append(", ".join(words[:most]))
        words = words[most:]
    return found
