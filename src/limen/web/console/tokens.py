"""Tokens of programs as administrators see them: a person's, and an app's; and revoking any of them, quickly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.identity.tokens import TokenRow
from limen.web.console.people import helping, reason_of
from limen.web.page import Route
from limen.web.permissions import CHANGE, HELP
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

PAGES: Final = (
    Route("POST", "/console/people/{person_id}/tokens/{token_id}/revoke", HELP, does="Revoke a token"),
    Route("POST", "/console/apps/{app_id}/tokens/{token_id}/revoke", CHANGE, does="Revoke a token"),
)


@dataclass(frozen=True, slots=True)
class Shown:
    """A token in a list. `owner` and `app` are names; `person_id` is "" where a workload has it."""

    row: TokenRow
    owner: str
    person_id: str
    app: str


def routes(site: Site) -> APIRouter:
    """What is revoked here needs no new proof: what only ends access must be quick."""
    router = APIRouter()
    tokens = site.identity.tokens

    @router.post("/console/people/{person_id}/tokens/{token_id}/revoke")
    async def of_person(request: Request, person_id: str, token_id: str, visit: Authorized, sent: Sent) -> Response:
        visit = await helping(site, request, visit, person_id)
        why = reason_of(visit, sent)
        await tokens.revoke(token_id, by=visit.person.id, owner_id=person_id, why=why)
        return site.go(visit, f"/console/people/{person_id}", done="token-revoked")

    @router.post("/console/apps/{app_id}/tokens/{token_id}/revoke")
    async def of_app(app_id: str, token_id: str, visit: Authorized, _sent: Sent) -> Response:
        await tokens.revoke(token_id, by=visit.person.id, app=app_id)
        return site.go(visit, f"/console/apps/{app_id}", done="token-revoked")

    return router


async def shown(site: Site, *, owner_id: str = "", app: str = "") -> list[Shown]:
    """The tokens of a person, or of an app: those that are good first, each the newest first."""
    tokens = site.identity.tokens
    found = await (tokens.of_owner(owner_id) if owner_id else tokens.of_app(app))
    listed = []
    for token in found:
        owner, opened = site.known.principal(token.owner_id), site.known.apps.get(token.app)
        person_id = token.owner_id if token.owner_id in site.known.people else ""
        name = owner.name if owner else token.owner_id
        listed.append(Shown(tokens.row(token), name, person_id, opened.name if opened else token.app))
    return sorted(listed, key=lambda one: not one.row.is_good)
