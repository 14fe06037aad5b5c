"""The upstream issuers in the console: how each does, what to register there, and who is linked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import Response

from limen.facts import Issuer, Person
from limen.identity.store.issuer_accounts import IssuerAccount
from limen.sso.upstream import store
from limen.sso.upstream.flow import Upstreams
from limen.sso.upstream.kept_documents import Health
from limen.sso.upstream.oidc_upstream import return_address
from limen.sso.upstream.saml_upstream import own_name, signed_out_address
from limen.web.console.fresh_proof import fresh_proof
from limen.web.console.view_audit import audit_view
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, READ
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/issuers"
PAGES: Final = (
    Page(AT, "Sign-in services", READ, Menu("Know", 25, "passkey"), hint="upstream, Entra, Google, SSO, issuers"),
    Route("POST", "/console/people/{person_id}/issuers/{issuer_id}/unlink", CHANGE, does="Unlink an account elsewhere"),
)
MOST: Final = 200
WRONG: Final = {
    "unreachable": "nothing answers there",
    "slow": "it doesn't answer within seconds",
    "off-limits": "it names an address that Limen doesn't connect to",
    "redirects": "it redirects where it must answer",
    "refused": "it answers with an error; check the client ID and the secret",
    "too-much": "its answer is too long",
    "garbage": "its answer can't be understood",
    "another-issuer": "its documents name another issuer",
    "no-secret": "Limen has no secret for it: run `limen issuer-secret`",
    "no-sign-in": "its metadata name no address by HTTP-Redirect, or no key that counts",
    "out-of-date": "its metadata are out of date",
}
"""What an issuer did wrong, by the word of `IssuerError`."""


@dataclass(frozen=True, slots=True)
class Shown:
    """An issuer as administrators see it. `own_name` is what Limen is called there by SAML. `linked` are the newest
    of those who are linked, `count` how many are.
    """

    issuer: Issuer
    health: Health
    wrong: str
    keys: tuple[str, ...]
    has_secret: bool
    redirect_uri: str
    own_name: str
    signed_out: str
    linked: tuple[tuple[IssuerAccount, Person | None], ...]
    count: int


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    upstreams, accounts = site.ports.offers.take(Upstreams), site.identity.issuer_accounts

    @router.get(AT)
    async def look(visit: Authorized) -> Response:
        audit_view(site, visit, "issuers", "")
        kept = await site.ports.database.reading(lambda snapshot: store.with_secrets(snapshot.connection))
        shown = [await _shown(one, kept) for one in upstreams.all()]
        return site.page("console/issuers.html", visit, shown=shown, origin=site.origin)

    @router.post("/console/people/{person_id}/issuers/{issuer_id}/unlink")
    async def unlink(person_id: str, issuer_id: str, visit: Authorized, _sent: Sent) -> Response:
        await fresh_proof(site, visit, f"/console/people/{person_id}")
        issuer = upstreams.issuer(issuer_id)
        if issuer is None:
            raise HTTPException(404)
        await accounts.unlink_of(person_id, issuer.url, by=visit.person.id)
        return site.go(visit, f"/console/people/{person_id}", done="unlinked")

    async def _shown(issuer: Issuer, kept: frozenset[str]) -> Shown:
        health, keys = upstreams.health(issuer)
        linked = await accounts.at(issuer.url)
        return Shown(
            issuer=issuer,
            health=health,
            wrong="" if health.is_well else WRONG.get(health.word, health.word),
            keys=keys,
            has_secret=not issuer.needs_secret or issuer.url in kept,
            redirect_uri=return_address(site.origin, issuer),
            own_name=own_name(site.origin, issuer) if issuer.saml is not None else "",
            signed_out=signed_out_address(site.origin, issuer) if issuer.saml is not None else "",
            linked=tuple((one, site.known.people.get(one.person_id)) for one in linked[::-1][:MOST]),
            count=len(linked),
        )

    return router
