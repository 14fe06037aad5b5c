"""Break-glass: whoever holds the link that `limen break-glass` printed gets the console for half an hour.

Looking at the link spends nothing; opening it spends it. Its use is written to the break-glass segment of the journal
before anything opens, and where that can't be, nothing does.
"""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from limen.errors import LimenError
from limen.events import Event
from limen.facts import Person
from limen.messages import gettext_noop
from limen.storage.break_glass import OPEN_MS, State, is_break_glass, issued_event
from limen.web.page import Route
from limen.web.permissions import CHANGE
from limen.web.requests import SESSION_COOKIE, one
from limen.web.site import Site, drop_cookie, set_cookie
from limen.web.visit import Anybody, Authorized, Sent, Visit

_BY_LINK: Final = "opened by a link from the server's own console, where no policy can take it away"
PAGES: Final = (
    Route("GET", "/break-glass", undecided=_BY_LINK),
    Route("POST", "/break-glass", undecided=_BY_LINK),
    Route("POST", "/break-glass/open", undecided=_BY_LINK),
    Route("POST", "/break-glass/end", CHANGE, does=gettext_noop("End break-glass")),
)

PATH: Final = "/break-glass"


class LinkOverError(LimenError):
    """The same for a link that was used, is too old, or never was."""

    def __init__(self) -> None:
        super().__init__("This link can't be used", "create a new one on the server with `limen break-glass`")


def routes(site: Site) -> APIRouter:
    router = APIRouter()
    glass = site.ports.break_glass

    @router.get(PATH)
    async def arrive(visit: Anybody) -> Response:
        return site.page("portal/break_glass.html", visit, link=None, who=None)

    @router.post(PATH)
    async def look(visit: Anybody, sent: Sent) -> Response:
        token = one(sent, "token").strip().rpartition("#")[2]
        state, who = _let_in_by(site, token, visit)
        if who is None:
            return _refuse(site, visit)
        lasts = visit.localizer.length(OPEN_MS)
        return site.page("portal/break_glass.html", visit, link=state, who=who, token=token, lasts=lasts)

    @router.post(f"{PATH}/open")
    async def open_it(visit: Anybody, sent: Sent) -> Response:
        token = one(sent, "token")
        _, who = _let_in_by(site, token, visit)
        opened = glass.open(token, visit.now) if who is not None else None
        if opened is None:
            return _refuse(site, visit)
        secret, state = opened
        try:
            await site.in_thread(lambda: _journal(site, state, "opened", visit))
            site.ports.journal.record(issued_event(state))
            site.known.sessions.put(bytes.fromhex(state.token), state.as_session())
        except Exception:
            glass.end()
            raise
        # A page of ours leads on: `form-action` would stop a redirect elsewhere, and the console is here.
        response = RedirectResponse("/console", status_code=303)
        set_cookie(response, SESSION_COOKIE, secret)
        return site.remember(response, visit)

    @router.post(f"{PATH}/end")
    async def end(visit: Authorized, _sent: Sent) -> Response:
        await end_it(site, visit, visit.person.id)
        if not is_break_glass(visit.session):
            return site.go(visit, "/console")
        response = site.go(visit, "/sign-in")
        drop_cookie(response, SESSION_COOKIE)
        return response

    return router


async def leave(site: Site, visit: Visit) -> None:
    """End the session one is in, of whichever kind."""
    if visit.session is not None and is_break_glass(visit.session):
        await end_it(site, visit, visit.session.person_id)
    elif visit.session is not None:
        await site.identity.sessions.sign_out(visit.session)


async def end_it(site: Site, visit: Visit, by: str) -> None:
    """End what is open, for everybody, and have it journaled."""
    state = site.ports.break_glass.end()
    if state is not None:
        site.known.sessions.drop(state.session)
        await site.in_thread(lambda: _journal(site, state, "ended", visit, by))


def _let_in_by(site: Site, token: str, visit: Visit) -> tuple[State | None, Person | None]:
    """What a link that is good would open, and for whom: nobody where they are not active."""
    state = site.ports.break_glass.good_link(token, visit.now)
    who = site.known.people.get(state.person) if state else None
    return state, who if who is not None and who.active else None


def _refuse(site: Site, visit: Visit) -> Response:
    site.ports.doors.tell("link.refused", "break-glass", door="sign-in", address=visit.visitor.address)
    return site.page("portal/break_glass.html", visit, 400, link=None, who=None, problem=LinkOverError())


def _journal(site: Site, state: State, step: str, visit: Visit, by: str = "") -> None:
    """Written down where a full disk does not matter, before anything comes of it."""
    site.ports.journal.break_glass(
        Event(
            at=visit.now,
            kind="break_glass.used",
            actor=by or state.person,
            subject=state.person,
            session=state.session,
            address=visit.visitor.address[:64],
            reason=step,
            details={"issued": state.event, "why": state.reason, "ends_at": state.ends_at},
        )
    )
