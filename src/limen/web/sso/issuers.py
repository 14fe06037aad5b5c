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
_NOT_LIMEN: Final = "its answer was for another than Limen; register there exactly what stands below"
_CLOCKS: Final = "its answer counted at another time; compare its clock with Limen's"
_NOT_IT: Final = "its answer names another issuer than sign-in.yaml does"
REFUSED: Final = {
    "signature-wrong": "its answer was signed with a key that its metadata don't have; give Limen its new certificate",
    "key-unnamed": "its answer was signed with a key that its metadata don't have",
    "unsigned": "its answer was not signed; have it sign assertions",
    "algorithm-refused": "its answer was signed in a way that doesn't count; have it use RSA or ECDSA with SHA-256",
    "encrypted": "its answer was encrypted; turn that off there, or write `encrypted: true` in sign-in.yaml",
    "undecipherable": "its answer was not encrypted by AES-GCM for Limen's key, with that by RSA-OAEP: set that there,"
    " and have it read Limen's metadata again",
    "audience-wrong": _NOT_LIMEN,
    "party-wrong": _NOT_LIMEN,
    "recipient-wrong": _NOT_LIMEN,
    "destination-wrong": _NOT_LIMEN,
    "issuer-wrong": _NOT_IT,
    "iss-wrong": _NOT_IT,
    "expired": _CLOCKS,
    "not-yet": _CLOCKS,
    "too-old": _CLOCKS,
    "name-format-wrong": "it names people in another format than `name_format` in sign-in.yaml says",
    "name-wrong": "it doesn't name the person in a way that can be kept",
    "required-claim-missing": "its answer doesn't say what `require` in sign-in.yaml demands",
    "not-proved-anew": "it didn't ask the person for a new proof, though Limen asked for one",
    "declined-there": "the person said no there, or the service did: see its own log",
    "failed-there": "the service says that it failed: see its own log",
    "unsolicited": "nobody here had asked for it; link its tile to Limen's own address for signing in with it",
    "missing": "its answer had no ID token, or came too late",
}
"""Why what somebody came back with was refused, and what to do, by the word of `ReturnRefusedError` without where it
was.
"""
_WHERE: Final = ("response-", "id-token-")


@dataclass(frozen=True, slots=True)
class Shown:
    """An issuer as administrators see it. `refused`: why the newest sign-in there was, in words and in a word of ours.

    `own_name` is what Limen is called there by SAML. `linked` are the newest of those who are linked, `count` how many
    are.
    """

    issuer: Issuer
    health: Health
    wrong: str
    refused: tuple[str, str] | None
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
            refused=(_why(health.refused), health.refused) if health.is_refused else None,
            keys=keys,
            has_secret=not issuer.needs_secret or issuer.url in kept,
            redirect_uri=return_address(site.origin, issuer),
            own_name=own_name(site.origin, issuer) if issuer.saml is not None else "",
            signed_out=signed_out_address(site.origin, issuer) if issuer.saml is not None else "",
            linked=tuple((one, site.known.people.get(one.person_id)) for one in linked[::-1][:MOST]),
            count=len(linked),
        )

    return router


def _why(word: str) -> str:
    """Why an answer was refused, in words for people."""
    for where in _WHERE:
        word = word.removeprefix(where)
    return REFUSED.get(word, "its answer doesn't hold")
