"""Welcome: the holder of a one-time link becomes somebody who can sign in, by passkey or by password and code."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from limen.errors import LimenError
from limen.identity.errors import LinkRefusedError, NotYetError
from limen.identity.links import PATH
from limen.identity.model import LinkPurpose, OpenedLink
from limen.identity.passwords import MAX_LENGTH, MIN_LENGTH
from limen.web.page import Route
from limen.web.requests import one, text_of
from limen.web.site import Site, done_or_page
from limen.web.sso.offered import offered
from limen.web.visit import Anybody, Sent, SentJson, Visit

_BY_LINK: Final = "opened by a one-time link"
PAGES: Final = (
    Route("GET", "/enrol", undecided=_BY_LINK),
    Route("POST", "/enrol", undecided=_BY_LINK),
    Route("POST", "/enrol/options", undecided=_BY_LINK),
    Route("POST", "/enrol/passkey", undecided=_BY_LINK),
    Route("POST", "/enrol/code", undecided=_BY_LINK),
    Route("POST", "/enrol/password", undecided=_BY_LINK),
)


def routes(site: Site) -> APIRouter:
    """The link's secret stands behind the `#` of its address, so the first page has to be told it by a script."""
    router = APIRouter()
    enrolment = site.identity.enrolment

    @router.get(PATH)
    async def arrive(visit: Anybody) -> Response:
        return site.page("portal/arrive.html", visit, here=PATH)

    @router.post(PATH)
    async def opened_link(visit: Anybody, sent: Sent) -> Response:
        token = one(sent, "token").strip().rpartition("#")[2]
        opened = await done_or_page(site.identity.links.open(token, visit.visitor), partial(_arrived, site, visit))
        # The switch of languages at its foot comes back here: whoever went elsewhere would need the link once more.
        visit, chosen = site.spoken_in(visit, one(sent, "language"))
        return site.keep(chosen, welcome(site, visit, token, opened))

    @router.post(f"{PATH}/options")
    async def options(visit: Anybody, sent: SentJson) -> Response:
        options = await enrolment.passkey_options(
            text_of(sent, "token"), visit.visitor, name=text_of(sent, "name"), email=text_of(sent, "email")
        )
        return site.json_of(visit, {"options": options})

    @router.post(f"{PATH}/passkey")
    async def with_passkey(visit: Anybody, sent: SentJson) -> Response:
        link = (await site.identity.links.open(text_of(sent, "token"), visit.visitor)).link
        done = await enrolment.with_passkey(
            text_of(sent, "token"),
            visit.visitor,
            sent.get("credential"),  # type: ignore[arg-type]
            name=text_of(sent, "name"),
            email=text_of(sent, "email"),
        )
        return await site.signed_in(visit, done, "/passkeys?done=back" if link.brings_back else "/", by_script=True)

    @router.post(f"{PATH}/code")
    async def second_way(visit: Anybody, sent: Sent) -> Response:
        return await _offer(site, visit, sent)

    @router.post(f"{PATH}/password")
    async def with_password(visit: Anybody, sent: Sent) -> Response:
        who = {"name": one(sent, "name"), "email": one(sent, "email")}
        try:
            done = await enrolment.with_password(
                one(sent, "token"),
                visit.visitor,
                one(sent, "password"),
                one(sent, "code"),
                one(sent, "ticket"),
                **who,
            )
        except LinkRefusedError:
            raise
        except LimenError as wrong:
            return await _offer(site, visit, sent, wrong)
        return await site.signed_in(visit, done, "/", by_script=False)

    return router


def welcome(site: Site, visit: Visit, token: str, opened: OpenedLink, problem: LimenError | None = None) -> Response:
    """The ways to enrol; with an account elsewhere for whoever was invited."""
    issuers = offered(site) if opened.link.purpose is LinkPurpose.INVITATION else []
    return site.page("portal/welcome.html", visit, token=token, opened=opened, issuers=issuers, problem=problem)


def _arrived(site: Site, visit: Visit, problem: LimenError) -> Response:
    opens_at = problem.begins_at if isinstance(problem, NotYetError) else 0
    return site.page("portal/arrive.html", visit, problem=problem, opens_at=opens_at)


async def _offer(site: Site, visit: Visit, sent: dict[str, list[str]], problem: LimenError | None = None) -> Response:
    """The page with a seed for the authenticator app: the one that was scanned already, while its ticket lasts."""
    token, who = one(sent, "token"), {"name": one(sent, "name"), "email": one(sent, "email")}
    ticket = one(sent, "ticket")
    try:
        offer = await site.identity.enrolment.code_offer(token, visit.visitor, ticket, **who)
    except LinkRefusedError as wrong:
        return _arrived(site, visit, wrong)
    except LimenError as wrong:
        opened = await site.identity.links.open(token, visit.visitor)
        return welcome(site, visit, token, opened, wrong)
    qr = Markup(offer.svg)  # noqa: S704 -- drawn by us from our own URI
    values: dict[str, Any] = {
        "token": token,
        "who": who,
        "offer": offer,
        "qr": qr,
        "least": MIN_LENGTH,
        "most": MAX_LENGTH,
        "is_anew": bool(ticket) and offer.ticket != ticket,
    }
    return site.page("portal/second_way.html", visit, **values, problem=problem)
