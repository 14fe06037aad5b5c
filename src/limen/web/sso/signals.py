"""Shared signals: which services are told security events, how it goes with each stream, and what they call with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from limen.errors import LimenError
from limen.printable import one_line
from limen.sso.shared_signals import tokens
from limen.sso.shared_signals.administering import Administering
from limen.sso.shared_signals.configuration import WELL_KNOWN
from limen.sso.shared_signals.listing import Health, ListedStream
from limen.sso.shared_signals.receivers import SignalReceiver, SignalsFile
from limen.sso.shared_signals.store import LONGEST_TEXT, TOKENS, Status
from limen.sso.shared_signals.transmitter import Transmitter
from limen.storage import Transaction
from limen.storage.service_tokens import AT_ONCE, ServiceToken
from limen.web.console.fresh_proof import fresh_proof
from limen.web.page import Menu, Page, Route
from limen.web.permissions import CHANGE, SEE_PEOPLE
from limen.web.requests import one, query
from limen.web.site import Site
from limen.web.visit import Authorized, Sent

AT: Final = "/console/signals"
_WAVES: Final = "M5 12a2 2 0 1 0 4 0 2 2 0 1 0-4 0M12 7a7 7 0 0 1 0 10M15.500 4a11 11 0 0 1 0 16"
PAGES: Final = (
    Page(AT, "Shared signals", SEE_PEOPLE, Menu("Know", 29, _WAVES), hint="SSF, CAEP, RISC, security events"),
    Route("POST", f"{AT}/token", CHANGE, does="Create a token for the service"),
    Route("POST", f"{AT}/end-token", CHANGE, does="End the token"),
    Route("POST", f"{AT}/verify", CHANGE, does="Verify the stream"),
    Route("POST", f"{AT}/pause", CHANGE, does="Pause the stream"),
    Route("POST", f"{AT}/enable", CHANGE, does="Enable the stream"),
    Route("POST", f"{AT}/end", CHANGE, does="End the stream"),
)
_DONE: Final = {
    "ended-token": "The token opens nothing any more.",
    "verified": "A verification is on its way.",
    "paused": "The stream is paused: what happens is kept for it, for seven days at most.",
    "enabled": "The stream is enabled.",
    "ended": "The stream has ended. The service can create another one.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A receiver as the page shows it."""

    receiver: SignalReceiver
    streams: tuple[ListedStream, ...]
    tokens: tuple[ServiceToken, ...]

    @property
    def may_have_token(self) -> bool:
        return len(self.tokens) < AT_ONCE


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    pages = _Pages(site)

    @router.get(AT)
    async def look(request: Request, visit: Authorized) -> Response:
        return await pages.show(visit, query(request, "done"))

    @router.post(f"{AT}/token")
    async def token(visit: Authorized, sent: Sent) -> Response:
        await fresh_proof(site, visit, AT)
        return await pages.make_token(visit, one(sent, "receiver"))

    @router.post(f"{AT}/end-token")
    async def end_token(visit: Authorized, sent: Sent) -> Response:
        given, by = one(sent, "token"), visit.person.id
        return await pages.decide(visit, "ended-token", lambda t, _: tokens.end(t, given, visit.now, by=by))

    @router.post(f"{AT}/verify")
    async def verify(visit: Authorized, sent: Sent) -> Response:
        stream = one(sent, "stream")
        return await pages.decide(visit, "verified", lambda t, a: a.verify(t, stream, visit.now))

    @router.post(f"{AT}/pause")
    async def pause(visit: Authorized, sent: Sent) -> Response:
        return await pages.set_status(visit, sent, Status.PAUSED, "paused")

    @router.post(f"{AT}/enable")
    async def enable(visit: Authorized, sent: Sent) -> Response:
        return await pages.set_status(visit, sent, Status.ENABLED, "enabled")

    @router.post(f"{AT}/end")
    async def end(visit: Authorized, sent: Sent) -> Response:
        stream, by = one(sent, "stream"), visit.person.id
        return await pages.decide(visit, "ended", lambda t, a: a.end(t, stream, visit.now, by=by))

    return router


class _Pages:
    """What the page shows and does, with what single sign-on offers."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._transmitter = site.ports.offers.take(Transmitter)

    async def show(
        self, visit: Authorized, done: str = "", problem: LimenError | None = None, made: tuple[str, str] = ("", "")
    ) -> Response:
        streams = await self._transmitter.streams()
        receivers = (self._site.known.rules_of(SignalsFile) or SignalsFile()).receivers
        return self._site.page(
            "console/signals.html",
            visit,
            shown=[await self._shown(visit, receiver, streams) for receiver in receivers],
            apps=self._site.known.apps,
            health=Health,
            statuses=Status,
            configuration=f"{self._site.ports.settings.public_url}{WELL_KNOWN}",
            made_for=made[0],
            token=made[1],
            done=_DONE.get(done, ""),
            problem=problem,
            here=AT,
        )

    async def make_token(self, visit: Authorized, receiver_id: str) -> Response:
        """A token, on the one page that ever shows it."""
        by = visit.person.id
        try:
            made = await self._transmitter.decide(
                lambda t, a: tokens.make(t, a.receiver(receiver_id), visit.now, by=by)
            )
        except LimenError as error:
            return await self.show(visit, problem=error)
        return await self.show(visit, made=(receiver_id, made))

    async def set_status(self, visit: Authorized, sent: Sent, status: Status, done: str) -> Response:
        stream, by = one(sent, "stream"), visit.person.id
        reason = one_line(sent.get("reason", [""])[0], LONGEST_TEXT)
        return await self.decide(visit, done, lambda t, a: a.set_status(t, stream, status, reason, visit.now, by=by))

    async def decide(
        self, visit: Authorized, done: str, work: Callable[[Transaction, Administering], object]
    ) -> Response:
        """Do it where they have proved just now who they are."""
        await fresh_proof(self._site, visit, AT)
        try:
            await self._transmitter.decide(work)
        except LimenError as error:
            return await self.show(visit, problem=error)
        return self._site.go(visit, AT, done=done)

    async def _shown(self, visit: Authorized, receiver: SignalReceiver, streams: list[ListedStream]) -> Shown:
        held = await self._site.ports.database.reading(lambda s: TOKENS.of(s.connection, receiver.id, visit.now))
        return Shown(receiver, tuple(one for one in streams if one.stream.receiver == receiver.id), tuple(held))
