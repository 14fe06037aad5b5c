"""Confirming that it is you who signs in to a VPN or to network gear, by typing the number that is shown there."""

from __future__ import annotations

import re
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.enforcement.radius.door import FRESH, RadiusDoor
from limen.errors import LimenError
from limen.facts import LIMEN
from limen.messages import gettext_noop
from limen.policy.decision import Effect
from limen.web.page import Route
from limen.web.permissions import VIEW
from limen.web.requests import one, query
from limen.web.site import ProofNeededError, Site
from limen.web.visit import Authorized, Sent, SignedInVisit

AT: Final = "/radius"
PAGES: Final = (
    Route("GET", AT, VIEW),
    Route("POST", f"{AT}/confirm", VIEW, does=gettext_noop("Confirm that you sign in")),
    Route("POST", f"{AT}/not-me", VIEW, does=gettext_noop("Say that this was not you")),
)
_NUMBER: Final = re.compile(r"[0-9]{2}")


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    door = site.ports.offers.take(RadiusDoor)

    @router.get(AT)
    async def show(request: Request, visit: Authorized) -> Response:
        question = await door.questions.of(visit.person.id)
        app = site.known.apps.get(question.app) if question is not None else None
        done = query(request, "done")
        if question is None or app is None:
            done = done or ("twice" if await door.questions.was_doubled(visit.person.id) else "")
            return site.page("access/nothing_to_confirm.html", visit, done=done, here="/")
        address = visit.visitor.address
        return site.page(
            "access/confirm.html",
            visit,
            question=question,
            app=app,
            there=site.known.place(door.place_of(question)),
            mine=site.known.place(address),
            is_here=door.is_here(question, address),
            here="/",
        )

    @router.post(f"{AT}/confirm")
    async def confirm(visit: Authorized, sent: Sent) -> Response:
        number = one(sent, "number").strip()
        if not _NUMBER.fullmatch(number):
            return site.go(visit, AT)
        _freshly_proved(visit)
        is_tied = visit.tied_until > visit.now
        try:
            answer = await door.confirm(visit.person, visit.session, number, visit.visitor.address, is_tied=is_tied)
        except LimenError as wrong:
            return site.failed(visit, wrong)
        if answer.effect is Effect.CHALLENGE:
            return site.go(visit, "/step-up", app=LIMEN, to=AT, decision=answer.id)
        if not answer.permitted:
            return site.go(visit, "/not-yet", decision=answer.id)
        return site.go(visit, AT, done="confirmed")

    @router.post(f"{AT}/not-me")
    async def not_me(visit: Authorized, _sent: Sent) -> Response:
        try:
            await door.not_me(visit.person, visit.session)
        except LimenError as wrong:
            return site.failed(visit, wrong)
        return site.go(visit, AT, done="stopped")

    return router


def _freshly_proved(visit: SignedInVisit) -> None:
    """Raises ProofNeededError unless a passkey was used in the last minutes."""
    auth = visit.session.auth
    if auth.strength < 3 or visit.now - auth.at > FRESH:
        raise ProofNeededError(AT)
