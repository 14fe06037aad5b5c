"""What every room starts with: who stands there, whether policy lets them in, and a page to answer with."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from limen.clock import Instant
from limen.company.publish import OvertakenError
from limen.enforcement.addresses import client_address
from limen.enforcement.answers import app_origin
from limen.enforcement.doors import Answer
from limen.errors import LimenError
from limen.events import Event
from limen.facts import LIMEN, App, Person, Session, Standing
from limen.identity.errors import (
    BusyError,
    FreshProofNeededError,
    NotLiveError,
    NotPermittedError,
    OpensConsoleOnlyError,
    SlowedError,
)
from limen.identity.model import SignedIn, Visitor
from limen.messages import Language
from limen.policy.decision import Effect, Named, Request as Asked
from limen.storage.break_glass import KIND, State, is_break_glass
from limen.storage.errors import DatabaseBusyError, DatabaseFullError
from limen.web.needs import ADMINISTER, AUDIT, CONSOLE, Ways, ways_into
from limen.web.pages import Pages
from limen.web.ports import Ports
from limen.web.requests import (
    BROWSER_COOKIE,
    BROWSER_LIVES_SECONDS,
    SESSION_COOKIE,
    NotOursError,
    TooManyAtOnceError,
    csrf_of,
    new_token,
    read_form,
    read_json,
    token_in,
    where_to,
)
from limen.web.speaking import LANGUAGE_COOKIE, NAMES, Problem, Speech, language_for, one_of

T = TypeVar("T")
_STATUS: Final = {
    NotOursError: 403,
    TooManyAtOnceError: 429,
    SlowedError: 429,
    BusyError: 503,
    DatabaseBusyError: 503,
    DatabaseFullError: 503,
    NotPermittedError: 403,
    OpensConsoleOnlyError: 403,
    NotLiveError: 401,
    OvertakenError: 409,
}


class TurnedAwayError(Exception):
    """A room is not entered; `response` is what its visitor gets instead."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody at the sign-in host. `secret` is what their forms' tokens are made from; never shown.

    `here` is the address at which they can look again, `speech` how they are spoken to.
    """

    visitor: Visitor
    now: Instant
    secret: str
    has_new_browser: bool
    here: str
    speech: Speech
    session: Session | None = None
    person: Person | None = None
    answer: Answer | None = None

    @property
    def csrf(self) -> str:
        return csrf_of(self.secret)


@dataclass(frozen=True, slots=True)
class Resident:
    """A visit whose visitor is signed in, and whom policy has let into this room by the action `way`.

    `may`: what they could do in the console, at once or after proving again.
    """

    visit: Visit
    session: Session
    person: Person
    may: frozenset[str]
    answer: Answer
    way: str

    @property
    def may_administer(self) -> bool:
        return ADMINISTER in self.may

    @property
    def now(self) -> Instant:
        return self.visit.now

    @property
    def visitor(self) -> Visitor:
        return self.visit.visitor


class Site:
    """The ground all rooms stand on."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports
        self.known = ports.known
        self.identity = ports.identity
        self.pages = Pages(ports.settings.name, ports.settings.zone)
        self.languages = tuple(Language(code) for code in ports.settings.languages)
        url = urlsplit(ports.settings.public_url)
        self.looks: dict[tuple[str, str, str], Instant] = {}
        """When a person was last journaled as looking around in a room, and at which app."""
        self.origin = f"{url.scheme}://{url.netloc}".lower()
        self.host = url.netloc

    # Who is there

    def visit(self, request: Request, *, with_glass: bool = False) -> Visit:
        """Who stands there, signed in or not; decides nothing.

        Break-glass opens the console alone, so its session counts as nobody; `with_glass` is for the few rooms that
        have to tell it apart.
        """
        now = self.ports.clock.now()
        peer = request.client.host if request.client else ""
        forwarded = ", ".join(request.headers.getlist("x-forwarded-for")).encode("latin-1")
        address = client_address(peer, forwarded, self.ports.settings.listen.trusted_proxies)
        browser = token_in(request, BROWSER_COOKIE)
        visitor = Visitor(address, request.headers.get("user-agent", "")[:400], browser or new_token())
        bare = Visit(
            visitor=visitor,
            now=now,
            secret=visitor.browser,
            has_new_browser=not browser,
            here=address_of(request),
            speech=self.pages.speech(language_for(request, self.languages)),
        )
        token = token_in(request, SESSION_COOKIE)
        session = self._session(token, now) if token else None
        if session is not None and is_break_glass(session) and not with_glass:
            session = None
        if self.known.standing(session, "", now) is not Standing.LIVE or session is None:
            return bare
        return replace(bare, secret=token, session=session, person=self.known.people[session.person_id])

    def _session(self, token: str, now: Instant) -> Session | None:
        """The session with this secret. That of break-glass is in no database: its own file says whether it holds."""
        hashed = hashlib.sha256(token.encode()).digest()
        session, glass = self.known.session(hashed), self.ports.break_glass
        if session is None:
            session = glass.session_of(hashed, now)
            if session is not None and session.person_id in self.known.people:
                self.known.put_session(hashed, session)
        elif is_break_glass(session) and not glass.holds(session, now):
            self.known.drop_session(session.id)
            over = Event(at=now, kind=KIND, subject=session.person_id, session=session.id, reason="over")
            self.ports.journal.record(over)
            return None
        return session

    async def enter_console(self, request: Request, ways: Ways = ()) -> Resident:
        """`enter` a room of the console by what the table of rooms says of it, or by `ways` where that is more."""
        room = request.scope.get("route")
        return await self.enter(request, *(ways or ways_into(request.method, getattr(room, "path", ""))))

    async def enter(self, request: Request, *ways: str) -> Resident:
        """Decide whether this visitor may do one of these actions on Limen (`view`, if none is named); it is journaled.

        Raises TurnedAwayError with the way on: to sign in, to prove again, or to the reasons.
        """
        visit = self.visit(request, with_glass=True)
        if visit.session is None or visit.person is None:
            raise TurnedAwayError(self.go(visit, "/sign-in", to=visit.here))
        app = self._limen()
        room = request.scope.get("route")
        way = self.way_in(visit.session, ways or ("view",), visit)
        asked = Asked(way, request.method, getattr(room, "path", ""), self.host)
        answer = self.ports.doors.judge("sign-in", app, visit.session, asked, visit.visitor.address)
        if answer.effect is Effect.CHALLENGE:
            raise TurnedAwayError(self.go(visit, "/step-up", app=LIMEN, to=visit.here, decision=answer.id))
        if not answer.permitted:
            raise TurnedAwayError(self.go(visit, "/not-yet", decision=answer.id))
        may = self.may(visit.session, visit.visitor.address, visit.now)
        return Resident(visit, visit.session, visit.person, may, answer, way)

    def way_in(self, session: Session, ways: Ways, visit: Visit) -> str:
        """Of these actions the first that is permitted; else the first that a proof would open; else the first that a
        policy says something about, which the refusal then says.
        """
        if len(ways) == 1 or is_break_glass(session):
            return ways[-1]
        facts = self.known.facts(session, self._limen(), visit.visitor.address)
        engine = self.ports.in_force.engine
        answers = {way: engine.decide(Asked(way), facts, visit.now) for way in ways}
        for effect in (Effect.PERMIT, Effect.CHALLENGE):
            for way, answer in answers.items():
                if answer.effect is effect:
                    return way
        spoken = (way for way, answer in answers.items() if answer.reasons[0].policy != Named.NOTHING_PERMITS)
        return next(spoken, ways[0])

    def may(self, session: Session, address: str, now: Instant) -> frozenset[str]:
        """Which actions of the console would open, at once or after proving again. Shows links; opens nothing."""
        if is_break_glass(session):
            return CONSOLE if self.ports.break_glass.holds(session, now) else frozenset()
        facts, engine = self.known.facts(session, self._limen(), address), self.ports.in_force.engine
        found = frozenset(way for way in CONSOLE if engine.decide(Asked(way), facts, now).effect is not Effect.DENY)
        return CONSOLE if ADMINISTER in found else found

    def may_administer(self, session: Session, address: str, now: Instant) -> bool:
        """Whether everything in the console would open."""
        return ADMINISTER in self.may(session, address, now)

    def _limen(self) -> App:
        app = self.known.apps.get(LIMEN)
        if app is None:
            raise TurnedAwayError(HTMLResponse("Nothing is published yet.", status_code=503))
        return app

    # What was sent

    async def form(self, request: Request, visit: Visit) -> dict[str, list[str]]:
        return await read_form(request, self.origin, visit.secret)

    async def json(self, request: Request, visit: Visit) -> dict[str, Any]:
        return await read_json(request, self.origin, visit.secret)

    # How to answer

    def page(self, template: str, visit: Visit | Resident, status: int = 200, **values: Any) -> Response:
        """A page for this visitor. `base` is the revision that the console's forms change, unless `values` has it."""
        resident = visit if isinstance(visit, Resident) else None
        bare = visit.visit if isinstance(visit, Resident) else visit
        company = self.ports.in_force.company
        common = {
            "csrf": bare.csrf,
            "now": bare.now,
            "me": bare.person,
            "may": resident.may if resident else frozenset(),
            "may_administer": bool(resident and resident.may_administer),
            "console": _console_of(resident.may) if resident else "",
            "glass": self._broken_glass(resident) if resident and resident.may_administer else None,
            "base": company.revision if company and resident and resident.may_administer else "",
            "problem": None,
            "here": bare.here,
            "token": "",
            "opened": None,
            "tongues": [(one.value, NAMES[one]) for one in self.languages],
        }
        spoken = bare.speech.language
        html = self.pages.render(template, bare.now, {**common, **values}, spoken)
        headers = {"content-language": spoken.value, "vary": "accept-language, cookie"}
        return self.remember(HTMLResponse(html, status_code=status, headers=headers), bare)

    def wrong(self, visit: Visit, status: int, what: str, fix: str = "") -> Response:
        """A page that says what is wrong and what to do, given in English."""
        return self.told(visit, status, Problem(visit.speech.gettext(what), visit.speech.gettext(fix), ""))

    def failed(self, visit: Visit, wrong: LimenError) -> Response:
        """The page to an error; wholly English where there are no words for it in the visitor's language."""
        said = visit.speech.told(wrong)
        if said.language != visit.speech.language:
            visit = replace(visit, speech=self.pages.speech(Language(said.language)))
        return self.told(visit, status_of(wrong), said)

    def told(self, visit: Visit, status: int, said: Problem) -> Response:
        """It repeats nothing of an address that led nowhere, not even for the switch of languages."""
        return self.page("wrong.html", visit, status, what=said.what, fix=said.fix, here="/")

    def spoken_in(self, visit: Visit, code: str) -> tuple[Visit, Language | None]:
        """The visit in the language of this code, and that language; as it was where it is not offered."""
        language = one_of(code, self.languages)
        return (visit, None) if language is None else (replace(visit, speech=self.pages.speech(language)), language)

    def keep(self, language: Language | None, response: Response) -> Response:
        """Have the browser keep the language that was chosen."""
        if language is not None:
            set_cookie(response, LANGUAGE_COOKIE, language.value, BROWSER_LIVES_SECONDS)
        return response

    def _broken_glass(self, resident: Resident) -> State | None:
        """Break-glass while it is open, for every administrator to see."""
        state = self.ports.break_glass.state()
        return state if state is not None and state.is_open(resident.now) else None

    def remember(self, response: Response, visit: Visit) -> Response:
        """Give the browser its long-lived cookie if it has none yet."""
        if visit.has_new_browser:
            set_cookie(response, BROWSER_COOKIE, visit.visitor.browser, BROWSER_LIVES_SECONDS)
        return response

    def go(self, visit: Visit | Resident, path: str, **query: str) -> Response:
        """On to a page of this host."""
        bare = visit.visit if isinstance(visit, Resident) else visit
        asked = urlencode({name: value for name, value in query.items() if value})
        return self.remember(RedirectResponse(f"{path}?{asked}" if asked else path, status_code=303), bare)

    def signed_in(self, visit: Visit, done: SignedIn, location: str, *, by_script: bool) -> Response:
        """Hand over the new session's cookie and go on. A form's POST goes on by way of a page of ours: the policy's
        `form-action 'self'` would stop its redirects to an app's host.
        """
        if by_script:
            response: Response = JSONResponse({"location": location})
        else:
            page = location if location.startswith("/onward?") else f"/onward?{urlencode({'to': location})}"
            response = RedirectResponse(page, status_code=303)
        set_cookie(response, SESSION_COOKIE, done.token.reveal())
        set_cookie(response, BROWSER_COOKIE, visit.visitor.browser, BROWSER_LIVES_SECONDS)
        return response

    async def answering_script(
        self, request: Request, work: Callable[[Visit, dict[str, Any]], Awaitable[Response]]
    ) -> Response:
        """Run `work` for a script of ours before anybody is let in; what goes wrong is said as JSON."""
        visit = self.visit(request)
        return await self._as_json(request, visit, lambda sent: work(visit, sent))

    async def admitting_script(
        self, request: Request, work: Callable[[Resident, dict[str, Any]], Awaitable[Response]]
    ) -> Response:
        """`answering_script` for a room that policy has to open; who is turned away is told where to go."""
        try:
            resident = await self.enter(request)
        except TurnedAwayError as turned:
            onward = turned.response.headers.get("location")
            if onward is None:
                raise
            return self.remember(JSONResponse({"location": onward}), self.visit(request))
        return await self._as_json(request, resident.visit, lambda sent: work(resident, sent))

    async def _as_json(
        self, request: Request, visit: Visit, work: Callable[[dict[str, Any]], Awaitable[Response]]
    ) -> Response:
        try:
            return self.remember(await work(await self.json(request, visit)), visit)
        except FreshProofNeededError:
            return JSONResponse({"location": fresh_proof_path(request)})
        except LimenError as wrong:
            said = visit.speech.told(wrong)
            return JSONResponse({"what": said.what, "fix": said.fix}, status_code=status_of(wrong))

    def app_url(self, app: App, to: str) -> str:
        """`to` on the host of an app, or on this one for Limen itself."""
        return to if app.id == LIMEN else app_origin(app.host, self.ports.settings.public_url) + to

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(work)


def _console_of(may: frozenset[str]) -> str:
    """Where the console begins for whoever may do this in it; "" where it does not open at all."""
    return "/console" if may & {AUDIT, ADMINISTER} else "/console/people" if may else ""


def status_of(wrong: LimenError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(wrong, kind)), 400)


def fresh_proof_path(request: Request) -> str:
    """Where a fresh proof is given before what was asked is asked again."""
    return f"/step-up?{urlencode({'app': LIMEN, 'to': room_above(request.url.path)})}"


def address_of(request: Request) -> str:
    """Where this visitor can look again: this address, or for a form's the page it belongs to."""
    if request.method not in {"GET", "HEAD"}:
        return room_above(request.url.path)
    return where_to(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def room_above(path: str) -> str:
    """The page that a form's address belongs to: one that can be looked at again, which the form's own can't."""
    first, *rest = path.strip("/").split("/")
    return where_to("/".join(["", first, *rest[:-1]]) if first == "console" else f"/{first}")


def set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str) -> None:
    set_cookie(response, name, "", 0)


__all__ = ["Resident", "Site", "TurnedAwayError", "Visit", "drop_cookie", "set_cookie", "status_of"]
