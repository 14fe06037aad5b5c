"""What every page starts with: who is there, whether policy lets them in, and something to answer with."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, Final, TypeVar
from urllib.parse import urlencode, urlsplit

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from limen import ties
from limen.admission import TOO_MANY
from limen.browser_state import BrowserStates
from limen.clock import Instant
from limen.company.publish import OvertakenError
from limen.enforcement.answers import RETRY_AFTER_SECONDS, app_origin
from limen.enforcement.exchange import TOO_MANY_AT_ONCE
from limen.enforcement.services import EnforcementServices
from limen.enforcement.strict_http import entry_of
from limen.errors import LimenError
from limen.events import Event
from limen.facts import LIMEN, App, Session, SessionState
from limen.identity.errors import (
    BusyError,
    FreshProofNeededError,
    NotLiveError,
    NotPermittedError,
    OpensConsoleOnlyError,
    SlowedError,
    UndecidedError,
)
from limen.identity.model import SignedIn, Visitor
from limen.identity.pillar import FIRST_DAY, REQUIRED_FACTORS
from limen.messages import Language
from limen.opaque import new_token
from limen.policy.decision import UNAVAILABLE, Effect, Named, Request as DecisionRequest
from limen.policy.roles import ADMINISTER, AUDIT, CONSOLE
from limen.storage.break_glass import KIND, State, is_break_glass
from limen.storage.errors import (
    DatabaseBusyError,
    DatabaseFullError,
    DatabaseGoneError,
    DatabaseReadOnlyError,
    StorageError,
)
from limen.web import callers
from limen.web.carried_forms import CarriedForm, CarriedForms
from limen.web.localizer import LANGUAGE_COOKIE, NAMES, Problem, language_for, one_of
from limen.web.middleware import TooLargeError
from limen.web.page import CONSOLE_START, PORTAL, PORTAL_FOOT
from limen.web.pages import Pages
from limen.web.permissions import VIEW, Permission
from limen.web.ports import Ports
from limen.web.registry import Registry
from limen.web.requests import (
    BROWSER_COOKIE,
    BROWSER_LIVES_SECONDS,
    FORM,
    SESSION_COOKIE,
    TIE_COOKIE,
    NotOursError,
    TooManyAtOnceError,
    media_type_of,
    read_form,
    read_json,
    token_in,
    where_to,
)
from limen.web.visit import SignedInVisit, Visit

BROWSER_KEY: Final = "/devices/browser-key"
"""Where a browser registers a key of its own for a session, and asks for its next tie."""
AGAIN: Final = "proved=again"
"""In the address of a page that somebody comes back to after a proof: what they had pressed was not done."""
GO_ON: Final = "/go-on"
"""Where a form that was kept over a proof is shown again."""

T = TypeVar("T")
_STATUS: Final = {
    NotOursError: 403,
    TooManyAtOnceError: 429,
    SlowedError: 429,
    BusyError: 503,
    DatabaseBusyError: 503,
    DatabaseGoneError: 503,
    DatabaseReadOnlyError: 503,
    DatabaseFullError: 503,
    UndecidedError: 503,
    NotPermittedError: 403,
    OpensConsoleOnlyError: 403,
    NotLiveError: 401,
    OvertakenError: 409,
}


class TurnedAwayError(Exception):
    """A page is not opened; `response` is what its visitor gets instead."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


class ProofNeededError(Exception):
    """What was asked is done after a fresh proof only. `back` is the page that its form is on."""

    def __init__(self, back: str) -> None:
        super().__init__()
        self.back = back


class Site:
    """What all pages share."""

    def __init__(self, ports: Ports, registry: Registry) -> None:
        self.ports = ports
        self.registry = registry
        self.known = ports.known
        self.identity = ports.identity
        self.pages = Pages(ports.settings.name, ports.settings.zone, registry.templates)
        self.carried = CarriedForms(ports.offers.take(BrowserStates), ports.database.kept_briefly, registry.routes)
        self.languages = tuple(Language(code) for code in ports.settings.languages)
        url = urlsplit(ports.settings.public_url)
        self.origin = f"{url.scheme}://{url.netloc}".lower()
        self.host = url.netloc
        self._shared: dict[Callable[[Site], Any], Any] = {}

    def shared(self, make: Callable[[Site], T]) -> T:
        """The one value of this kind that page modules have between them, made by whoever asks first."""
        if make not in self._shared:
            self._shared[make] = make(self)
        made: T = self._shared[make]
        return made

    # Who is there

    def visit(self, request: Request, *, with_break_glass: bool = False) -> Visit:
        """Who stands there, signed in or not; decides nothing.

        Break-glass opens the console alone, so its session counts as nobody; `with_break_glass` is for the few pages
        that have to tell it apart.
        """
        now, address = self.ports.clock.now(), self.address(request)
        browser = token_in(request, BROWSER_COOKIE)
        visitor = Visitor(address, request.headers.get("user-agent", "")[:400], browser or new_token())
        bare = Visit(
            visitor=visitor,
            now=now,
            secret=visitor.browser,
            has_new_browser=not browser,
            here=address_of(request),
            sent_form=request.method not in {"GET", "HEAD"},
            localizer=self.pages.localizer(language_for(request, self.languages)),
        )
        token = token_in(request, SESSION_COOKIE)
        session = self._session(token, now) if token else None
        if session is not None and is_break_glass(session) and not with_break_glass:
            session = None
        if self.known.session_state(session, "", now) is not SessionState.LIVE or session is None:
            return bare
        tie = token_in(request, TIE_COOKIE, ties.FORM).encode()
        used, tied_until = self.ports.doors.tied.usable(session, tie, LIMEN, address, now)
        if used is None:
            return bare
        person = self.known.people.get(session.person_id)
        if person is None:  # one of a probe, which opens no page
            return bare
        return replace(bare, secret=token, session=used, person=person, tied_until=tied_until)

    def session_of_cookie(self, request: Request) -> Session | None:
        """The live session of this request's cookie, with a tie or without."""
        token, now = token_in(request, SESSION_COOKIE), self.ports.clock.now()
        session = self._session(token, now) if token else None
        return session if self.known.session_state(session, "", now) is SessionState.LIVE else None

    def address(self, request: Request) -> str:
        """Where a request comes from, as far as trusted hops tell."""
        return callers.address_of(request, self.ports.settings.listen)

    def _session(self, token: str, now: Instant) -> Session | None:
        """The session with this secret. That of break-glass is in no database: its own file says whether it holds."""
        hashed = hashlib.sha256(token.encode()).digest()
        session, break_glass = self.known.session(hashed), self.ports.break_glass
        if session is None:
            session = break_glass.session_of(hashed, now)
            if session is not None and session.person_id in self.known.people:
                self.known.sessions.put(hashed, session)
        elif is_break_glass(session) and not break_glass.holds(session, now):
            self.known.sessions.drop(session.id)
            over = Event(at=now, kind=KIND, subject=session.person_id, session=session.id, reason="over")
            self.ports.journal.record(over)
            return None
        return session

    async def admit(self, request: Request) -> None:
        """Authorize whoever uses a route that declares a permission, before anything else of it runs."""
        if self.registry.routes[request.method, request.scope["route"].path].permission:
            request.state.visit = await self.authorize(request)

    async def authorize(self, request: Request, permission: Permission = ()) -> SignedInVisit:
        """Decide whether this visitor may use this route, by the permission that it declares, or by `permission` where
        that is narrower. It is journaled.

        Raises TurnedAwayError with the way on: to sign in, to prove again, or to the reasons; LookupError where the
        route declares none.
        """
        path = request.scope["route"].path
        permission = permission or self.registry.permission(request.method, path)
        visit = self.visit(request, with_break_glass=True)
        if visit.session is None or visit.person is None:
            raise TurnedAwayError(self.go(visit, "/sign-in", to=visit.here))
        self._hold(request, visit.session, visit)
        may = self.may(visit.session, visit.visitor.address, visit.now)
        begins = _console_of(may)
        if path == CONSOLE_START and begins not in {"", CONSOLE_START}:
            raise TurnedAwayError(self.go(visit, begins))
        app = self._limen()
        action = self.action_of(visit.session, permission, visit)
        asked = DecisionRequest(action, request.method, path, self.host)
        answer = self.ports.doors.decide_session("sign-in", app, visit.session, asked, visit.visitor.address)
        if answer.effect is Effect.CHALLENGE:
            raise TurnedAwayError(await self.to_prove(request, visit, decision=answer.id))
        if answer.word in UNAVAILABLE:
            raise TurnedAwayError(self.unavailable(visit, answer.word))
        if not answer.permitted:
            raise TurnedAwayError(self.go(visit, "/not-yet", decision=answer.id))
        if self._must_enrol(visit.session, visit.now) and not self.registry.routes[request.method, path].opens_to_enrol:
            raise TurnedAwayError(self.go(visit, REQUIRED_FACTORS, to=visit.here))
        if self.starts_at(visit.session, visit.now) and not self.registry.routes[request.method, path].opens_to_enrol:
            raise TurnedAwayError(self.go(visit, FIRST_DAY))
        return visit.let_in(visit.session, visit.person, answer, action, may)

    def starts_at(self, session: Session, now: Instant) -> Instant:
        """When somebody's first day begins, which has not come; 0: it has, or they have none. Break-glass has none."""
        day = "" if is_break_glass(session) else self.known.first_days.get(session.person_id, "")
        begins = self.ports.in_force.engine.calendar.beginning(day) if day else 0
        return begins if begins > now else 0

    def _must_enrol(self, session: Session, now: Instant) -> bool:
        """Must they set up a factor before anything else opens? Break-glass is outside of what is required."""
        dues = () if is_break_glass(session) else self.known.dues_of(session.person_id)
        return bool(dues) and dues[0].at <= now

    async def to_prove(self, request: Request, visit: Visit, back: str = "", decision: str = "") -> Response:
        """The way to a fresh proof, and from there on: to the form that was sent, to be sent with one press more; where
        it can't be kept, to the page it is on, which says to select it again.
        """
        back = back or visit.here
        state = await self._carried(request, visit, back)
        to = f"{GO_ON}?{urlencode({'form': state})}" if state else back_to(visit, back)
        return self.go(visit, "/step-up", app=LIMEN, to=to, decision=decision)

    async def _carried(self, request: Request, visit: Visit, back: str) -> str:
        """The state of the form that one of our own pages sent; "" where there is none, or it is not kept."""
        route = self.registry.routes.get((request.method, request.scope["route"].path))
        if route is None or visit.session is None or media_type_of(request) != FORM:
            return ""
        try:
            sent = await self.form(request, visit)
        except (LimenError, ClientDisconnect, TooLargeError):
            return ""
        form = CarriedForm(
            route,
            request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            {name: str(value) for name, value in request.path_params.items()},
            tuple((name, value) for name, values in sent.items() for value in values if name != "csrf"),
            back,
        )
        try:
            return await self.carried.keep(visit.session, visit.visitor.browser, form)
        except StorageError:
            return ""

    def _hold(self, request: Request, session: Session, visit: Visit) -> None:
        """Count the request under whoever sent it. Raises TurnedAwayError where they have too many in progress."""
        entry = entry_of(request.scope)
        if entry is not None and not entry.belongs_to(session.person_id, session.parent or session.id):
            self.ports.doors.refuse(TOO_MANY, door="sign-in", address=visit.visitor.address, session=session)
            raise TurnedAwayError(self.wrong(visit, *TOO_MANY_AT_ONCE))

    def action_of(self, session: Session, permission: Permission, visit: Visit) -> str:
        """Of these actions the first that is permitted; else the first that a proof would open; else the first that a
        policy says something about, which the refusal then says.
        """
        if len(permission) == 1 or is_break_glass(session):
            return permission[-1]
        facts = self.known.facts(session, self._limen(), visit.visitor.address)
        engine = self.ports.in_force.engine
        answers = {action: engine.decide(DecisionRequest(action), facts, visit.now) for action in permission}
        for effect in (Effect.PERMIT, Effect.CHALLENGE):
            for action, answer in answers.items():
                if answer.effect is effect:
                    return action
        said = (action for action, answer in answers.items() if answer.reasons[0].policy != Named.NOTHING_PERMITS)
        return next(said, permission[0])

    def may(self, session: Session, address: str, now: Instant) -> frozenset[str]:
        """Which actions on Limen would open, at once or after proving again. Shows links; opens nothing."""
        if is_break_glass(session):
            return CONSOLE if self.ports.break_glass.holds(session, now) else frozenset()
        facts, engine = self.known.facts(session, self._limen(), address), self.ports.in_force.engine
        every = CONSOLE | {*VIEW}
        found = frozenset(
            one for one in every if engine.decide(DecisionRequest(one), facts, now).effect is not Effect.DENY
        )
        return found | CONSOLE if ADMINISTER in found else found

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

    def page(self, template: str, visit: Visit, status: int = 0, **values: Any) -> Response:
        """A page for this visitor. `base` is the revision that the console's forms change, unless `values` has it.

        `status`: that of the `problem` among the values, or 200, where none is said.
        """
        problem = values.get("problem")
        status = status or (status_of(problem) if problem is not None else 200)
        user = visit if isinstance(visit, SignedInVisit) else None
        may = user.may if user else frozenset()
        company = self.ports.in_force.company
        common = {
            "csrf": visit.csrf,
            "now": visit.now,
            "me": visit.person,
            "may": may,
            "may_administer": ADMINISTER in may,
            "menu": self.registry.menu(may),
            "portal": self.registry.menu(may, (PORTAL,)).get(PORTAL, ()),
            "portal_foot": self.registry.menu(may, (PORTAL_FOOT,)).get(PORTAL_FOOT, ()),
            "current": self.registry.entry(visit.here),
            "console": _console_of(may),
            "break_glass": self._open_break_glass(user) if user and user.may_administer else None,
            "base": company.revision if company and ADMINISTER in may else "",
            "problem": None,
            "here": visit.here,
            "is_outbox": not self.ports.settings.mail.server,
            "is_proved_again": AGAIN in visit.here,
            "token": "",
            "opened": None,
            "tongues": [(one.value, NAMES[one]) for one in self.languages],
        }
        spoken = visit.localizer.language
        html = self.pages.render(template, visit.now, {**common, **values}, spoken)
        headers = {"content-language": spoken.value, "vary": "accept-language, cookie"}
        if status == 503:
            headers["retry-after"] = str(RETRY_AFTER_SECONDS)
        return self.remember(HTMLResponse(html, status_code=status, headers=headers), visit)

    def wrong(self, visit: Visit, status: int, what: str, fix: str = "") -> Response:
        """A page that says what is wrong and what to do, given in English."""
        return self.told(visit, status, Problem(visit.localizer.gettext(what), visit.localizer.gettext(fix), ""))

    def unavailable(self, visit: Visit, word: str) -> Response:
        """The page that says why Limen can't decide at this moment, to somebody who is signed in."""
        said = Problem(visit.localizer.say(f"fails.{word}"), visit.localizer.say("mend.wait"), "")
        return self.told(visit, 503, said)

    def failed(self, visit: Visit, wrong: LimenError) -> Response:
        """The page to an error; wholly English where there are no words for it in the visitor's language."""
        said = visit.localizer.told(wrong)
        if said.language != visit.localizer.language:
            visit = replace(visit, localizer=self.pages.localizer(Language(said.language)))
        return self.told(visit, status_of(wrong), said)

    def told(self, visit: Visit, status: int, said: Problem) -> Response:
        """It repeats nothing of an address that led nowhere, not even for the switch of languages."""
        return self.page("wrong.html", visit, status, what=said.what, fix=said.fix, here="/")

    def spoken_in(self, visit: Visit, code: str) -> tuple[Visit, Language | None]:
        """The visit in the language of this code, and that language; as it was where it is not offered."""
        language = one_of(code, self.languages)
        return (
            (visit, None) if language is None else (replace(visit, localizer=self.pages.localizer(language)), language)
        )

    def keep(self, language: Language | None, response: Response) -> Response:
        """Have the browser keep the language that was chosen."""
        if language is not None:
            set_cookie(response, LANGUAGE_COOKIE, language.value, BROWSER_LIVES_SECONDS)
        return response

    def _open_break_glass(self, visit: SignedInVisit) -> State | None:
        """Break-glass while it is open, for every administrator to see."""
        state = self.ports.break_glass.state()
        return state if state is not None and state.is_open(visit.now) else None

    def remember(self, response: Response, visit: Visit) -> Response:
        """Give the browser its long-lived cookie if it has none yet."""
        if visit.has_new_browser:
            set_cookie(response, BROWSER_COOKIE, visit.visitor.browser, BROWSER_LIVES_SECONDS)
        return response

    def go(self, visit: Visit, path: str, **query: str) -> Response:
        """On to a page of this host."""
        asked = urlencode({name: value for name, value in query.items() if value})
        return self.remember(RedirectResponse(f"{path}?{asked}" if asked else path, status_code=303), visit)

    async def signed_in(self, visit: Visit, done: SignedIn, location: str, *, by_script: bool) -> Response:
        """Hand over the new session's cookie and go on. A form's POST goes on by way of a page of ours: the policy's
        `form-action 'self'` would stop its redirects to an app's host.
        """
        for saw in self.ports.saw_sign_in:
            saw(done.person.id, visit.visitor.browser, visit.visitor.user_agent)
        if visit.session is None:
            location = self._first_step(done.person.id, location)
        if by_script:
            response: Response = JSONResponse({"location": location})
        else:
            page = location if location.startswith("/onward?") else f"/onward?{urlencode({'to': location})}"
            response = RedirectResponse(page, status_code=303)
        set_cookie(response, SESSION_COOKIE, done.token.reveal())
        if not done.session.tied_from and self.origin.startswith("https:"):
            keys = self.ports.offers.take(EnforcementServices).browser_keys
            with suppress(StorageError):  # it goes on without, as in a browser that has no such keys
                name, value = await keys.invitation(done.session.id, BROWSER_KEY)
                response.headers[name.decode()] = value.decode()
        set_cookie(response, BROWSER_COOKIE, visit.visitor.browser, BROWSER_LIVES_SECONDS)
        return response

    def _first_step(self, person_id: str, location: str) -> str:
        """Where somebody goes who signed in anew: by what a part wants first, or straight on."""
        asked = (step(person_id, location) for step in self.ports.first_steps)
        return next((first for first in asked if first), location)

    def json_of(self, visit: Visit, values: Mapping[str, Any]) -> Response:
        """An answer for a script of ours."""
        return self.remember(JSONResponse(values), visit)

    def app_url(self, app: App, to: str) -> str:
        """`to` on the host of an app, or on this one for Limen itself; where an app is that has no host of ours."""
        if app.saml is not None and app.saml.may_begin_here:
            return f"/saml/start?app={app.id}"
        if app.url:
            return app.url
        return to if app.id == LIMEN else app_origin(app.host, self.ports.settings.public_url) + to

    async def in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.to_thread(work)


async def done_or_page(work: Awaitable[T], page: Callable[[LimenError], Response | Awaitable[Response]]) -> T:
    """What this gives. Raises TurnedAwayError with the page that says what can't be done.

    Where a sign-in or a fresh proof is missing, that is asked for as everywhere; and break-glass, which stands in for
    nobody, is shown no page of theirs.
    """
    try:
        return await work
    except (NotLiveError, FreshProofNeededError, OpensConsoleOnlyError):
        raise
    except LimenError as wrong:
        shown = page(wrong)
        raise TurnedAwayError(shown if isinstance(shown, Response) else await shown) from None


def _console_of(may: frozenset[str]) -> str:
    """Where the console begins for whoever may do this in it; "" where it does not open at all."""
    return CONSOLE_START if may & {AUDIT, ADMINISTER} else "/console/people" if may & CONSOLE else ""


def status_of(wrong: LimenError) -> int:
    return next((status for kind, status in _STATUS.items() if isinstance(wrong, kind)), 400)


def back_to(visit: Visit, path: str) -> str:
    """Where somebody comes back to after a proof whose form was not kept: the page says to press again."""
    return f"{path}{'&' if '?' in path else '?'}{AGAIN}" if visit.sent_form else path


def address_of(request: Request) -> str:
    """Where this visitor can look again: this address, or for a form's the page it belongs to."""
    if request.method not in {"GET", "HEAD"}:
        return page_above(request.url.path)
    return where_to(request.url.path + (f"?{request.url.query}" if request.url.query else ""))


def page_above(path: str) -> str:
    """The page that a form's address belongs to: one that can be looked at again, which the form's own can't."""
    first, *rest = path.strip("/").split("/")
    return where_to("/".join(["", first, *rest[:-1]]) if first == "console" else f"/{first}")


def set_cookie(response: Response, name: str, value: str, max_age: int | None = None) -> None:
    response.set_cookie(name, value, max_age=max_age, path="/", secure=True, httponly=True, samesite="lax")


def drop_cookie(response: Response, name: str) -> None:
    set_cookie(response, name, "", 0)
