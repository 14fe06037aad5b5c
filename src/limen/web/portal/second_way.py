"""My password and my authenticator code: set, changed and removed, each with a fresh proof. Their person is mailed."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from markupsafe import Markup
from starlette.responses import Response

from limen.errors import LimenError
from limen.identity.factors import Held
from limen.identity.passwords import MAX_LENGTH, MIN_LENGTH
from limen.messages import gettext_noop
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Page, Route
from limen.web.permissions import VIEW
from limen.web.portal.passkeys import done_or_passkeys
from limen.web.requests import one
from limen.web.site import Site, done_or_page
from limen.web.visit import Authorized, Sent, SignedInVisit

AT_PASSWORD: Final = "/passkeys/password"  # noqa: S105 -- where its page is
AT_CODE: Final = "/passkeys/authenticator"
PAGES: Final = (
    Page(AT_PASSWORD, gettext_noop("Your password"), VIEW, hint="change, remove", opens_to_enrol=True),
    Page(AT_CODE, gettext_noop("Your authenticator code"), VIEW, hint="new phone, new seed, totp", opens_to_enrol=True),
    Route("POST", AT_PASSWORD, VIEW, opens_to_enrol=True),
    Route("POST", f"{AT_PASSWORD}/remove", VIEW, does=gettext_noop("Remove password"), opens_to_enrol=True),
    Route("POST", AT_CODE, VIEW, opens_to_enrol=True),
    Route("POST", f"{AT_CODE}/remove", VIEW, does=gettext_noop("Remove code")),
)


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    factors = site.identity.factors

    @router.get(AT_PASSWORD)
    async def password(visit: Authorized) -> Response:
        return await _password(site, visit)

    @router.post(AT_PASSWORD)
    async def set_password(visit: Authorized, sent: Sent) -> Response:
        typed = one(sent, "password"), one(sent, "code"), one(sent, "ticket")

        async def again(wrong: LimenError) -> Response:
            return await _password(site, visit, wrong, one(sent, "ticket"))

        await done_or_page(factors.set_password(visit.session, visit.visitor, *typed), again)
        return site.go(visit, "/passkeys", done="password")

    @router.post(f"{AT_PASSWORD}/remove")
    async def remove_password(visit: Authorized, _sent: Sent) -> Response:
        return await done_or_passkeys(site, visit, "password-removed", factors.remove_password(visit.session))

    @router.get(AT_CODE)
    async def code(visit: Authorized) -> Response:
        return await _code(site, visit)

    @router.post(AT_CODE)
    async def set_code(visit: Authorized, sent: Sent) -> Response:
        async def again(wrong: LimenError) -> Response:
            return await _code(site, visit, wrong, one(sent, "ticket"))

        setting = factors.set_code(visit.session, visit.visitor, one(sent, "code"), one(sent, "ticket"))
        await done_or_page(setting, again)
        return site.go(visit, "/passkeys", done="code")

    @router.post(f"{AT_CODE}/remove")
    async def remove_code(visit: Authorized, _sent: Sent) -> Response:
        return await done_or_passkeys(site, visit, "code-removed", factors.remove_code(visit.session))

    return router


async def _password(site: Site, visit: SignedInVisit, problem: LimenError | None = None, ticket: str = "") -> Response:
    """The form, after a fresh proof; with a seed for whoever has no code, since the two go together."""
    held = await _proved(site, visit, AT_PASSWORD)
    values: dict[str, Any] = {"held": held, "least": MIN_LENGTH, "most": MAX_LENGTH, "problem": problem}
    if not held.has_code:
        values |= await _offer(site, visit, ticket)
    return site.page("portal/password.html", visit, **values)


async def _code(site: Site, visit: SignedInVisit, problem: LimenError | None = None, ticket: str = "") -> Response:
    held = await _proved(site, visit, AT_CODE)
    return site.page(
        "portal/authenticator.html", visit, held=held, problem=problem, **await _offer(site, visit, ticket)
    )


async def _proved(site: Site, visit: SignedInVisit, back: str) -> Held:
    """What they hold. Raises ProofNeededError."""
    await fresh_proof(site, visit, back)
    return await site.identity.factors.of_person(visit.person.id)


async def _offer(site: Site, visit: SignedInVisit, ticket: str) -> dict[str, Any]:
    """A seed to scan: the one that was scanned already, while its ticket lasts."""
    offer = await site.identity.factors.code_offer(visit.session, visit.visitor, ticket)
    qr = Markup(offer.svg)  # noqa: S704 -- drawn by us from our own URI
    return {"offer": offer, "qr": qr, "is_anew": bool(ticket) and offer.ticket != ticket}
