"""Back in without a device, by a code from paper; and what keeps that from being needed: codes, and a second device."""

from __future__ import annotations

from functools import partial
from typing import Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import PlainTextResponse, Response

from limen.errors import LimenError
from limen.identity.model import OpenedLink
from limen.identity.recovery import CODE, HOW_MANY
from limen.messages import gettext_noop
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.portal.enrolment import welcome
from limen.web.portal.passkeys import page as passkeys_page
from limen.web.requests import one
from limen.web.site import Site, done_or_page
from limen.web.visit import Anybody, Authorized, Sent, Visit

_FROM_PAPER: Final = "a code from paper issues a one-time link; the sign-in that follows is decided"
PAGES: Final = (
    Route("GET", "/lost-device", undecided=_FROM_PAPER),
    Route("POST", "/lost-device", undecided=_FROM_PAPER),
    Route("POST", "/passkeys/codes", VIEW, does=gettext_noop("Create recovery codes")),
    Route("POST", "/passkeys/codes/file", VIEW),
    Route("POST", "/passkeys/second", VIEW, does=gettext_noop("Add another device")),
)

AT: Final = "/lost-device"


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    identity = site.identity

    @router.get(AT)
    async def ask(visit: Anybody) -> Response:
        return _asked(site, visit)

    @router.post(AT)
    async def redeem(visit: Anybody, sent: Sent) -> Response:
        """A code from paper becomes the page that makes a new passkey; nobody is signed in by it."""
        email = one(sent, "email")[:254]
        redeeming = identity.recovery.redeem(visit.visitor, email, one(sent, "code"))
        issued = await done_or_page(redeeming, partial(_asked, site, visit, email))
        person = site.known.people[issued.link.person_id]
        opened = OpenedLink(issued.link, person.name, person.email)
        return welcome(site, visit, issued.token.reveal(), opened)

    @router.post("/passkeys/codes")
    async def make(visit: Authorized, _sent: Sent) -> Response:
        codes = await done_or_page(identity.recovery.make(visit.session), partial(passkeys_page, site, visit))
        return site.page("portal/codes.html", visit, codes=codes)

    @router.post("/passkeys/codes/file")
    async def as_file(visit: Authorized, sent: Sent) -> Response:
        """The codes of the page that shows them once, as a file: they are kept nowhere, so the page sends them back."""
        codes = [code for code in sent.get("code", [])[:HOW_MANY] if CODE.fullmatch(code)]
        head = visit.localizer.gettext("Recovery codes for {company}", company=site.ports.settings.name)
        text = "\n".join([head, f"{site.origin}{AT}", "", *codes, ""])
        return PlainTextResponse(text, headers={"content-disposition": 'attachment; filename="recovery-codes.txt"'})

    @router.post("/passkeys/second")
    async def second(visit: Authorized, _sent: Sent) -> Response:
        offer = await done_or_page(identity.second_device.offer(visit.session), partial(passkeys_page, site, visit))
        picture = Markup(offer.svg)  # noqa: S704 -- drawn by us from our own address
        return site.page("portal/second_device.html", visit, issued=offer.issued, qr=picture)

    return router


def _asked(site: Site, visit: Visit, email: str = "", problem: LimenError | None = None) -> Response:
    return site.page(
        "portal/lost_device.html",
        visit,
        email=email,
        problem=problem,
        has_codes=site.identity.recovery.is_on,
        contact=site.ports.settings.help.contact,
    )
