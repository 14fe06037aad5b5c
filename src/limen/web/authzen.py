"""AuthZEN on the sign-in host: programs ask here whether a person may do something, under a workload's token.

An ASGI application beside the pages: no cookie is looked at, nothing is answered to other origins, and whatever goes
wrong is JSON. A question about a person alone is answered as if they had proved nothing, on a device nobody knows, from
nowhere, and its no is the same for people whom nobody knows; with the alias of one of their live sessions on that app
it is answered on what is known of that session.
"""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from typing import Any, Final

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from limen.clock import Instant
from limen.enforcement import authzen
from limen.enforcement.authzen import Decided, Evaluation, MalformedError
from limen.facts import ACTIONS, ANYBODY, LIMEN, App, Facts, Person, Session, SessionState
from limen.identity.model import Workload
from limen.policy.decision import UNAVAILABLE, Effect, Named, Request as DecisionRequest
from limen.rate_limit import RateLimit
from limen.web.callers import address_of, bearer_token
from limen.web.middleware import App as Asgi, TooLargeError
from limen.web.page import Route
from limen.web.ports import Ports

DOOR: Final = "authzen"
PREFIX: Final = "/access/v1/"
CONFIGURATION: Final = "/.well-known/authzen-configuration"
_BY_WORKLOADS: Final = "programs ask here, each under its workload's own token; no session counts"
PAGES: Final = (
    Route("GET", CONFIGURATION, undecided="what programs find before they have a token", media_type="application/json"),
    Route("GET", f"{PREFIX}openapi.json", undecided="the description of the API", media_type="application/json"),
    Route("POST", f"{PREFIX}evaluation", undecided=_BY_WORKLOADS),
    Route("POST", f"{PREFIX}evaluations", undecided=_BY_WORKLOADS),
)
"""They are answered beside the pages, by an application of their own."""
QUESTIONS_PER_SECOND: Final = 200
MOST_AT_ONCE: Final = 400
"""How many questions one workload may ask, on and on and in one go: each that differs is journaled."""
MOST_KEPT: Final = 10_000
"""How many facts about people alone, and how many requests, are kept so that equal questions are one event."""
_OPEN_TO_ALL: Final = UNAVAILABLE - {Named.POLICY_ERROR}
"""Reasons for a no that hang on nobody."""
_REQUEST_ID: Final = re.compile(r"[\x21-\x7e]{1,128}")
_GET, _POST = "GET", "POST"


def is_asked(path: str) -> bool:
    """Is this path one of AuthZEN's?"""
    return path.startswith(PREFIX) or path == CONFIGURATION


def build(ports: Ports) -> Asgi:
    """The API over these ports."""
    return _Api(ports)


class _WrongError(Exception):
    """What is answered instead of a decision."""

    def __init__(self, status: int, error: str, **fields: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error
        self.fields = {name.replace("_", "-"): value for name, value in fields.items()}


class _Api:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._questions = RateLimit(QUESTIONS_PER_SECOND, MOST_AT_ONCE)
        self._alone: dict[tuple[str, str], Facts] = {}
        self._requests: dict[tuple[str, str], DecisionRequest] = {}
        public_url = ports.settings.public_url
        self._said = {
            CONFIGURATION: msgspec.json.encode(authzen.configuration(public_url)),
            f"{PREFIX}openapi.json": msgspec.json.encode(authzen.openapi(public_url)),
        }
        self._asked: dict[str, Callable[[bytes, Workload], Any]] = {
            f"{PREFIX}evaluation": self._one,
            f"{PREFIX}evaluations": self._many,
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        try:
            response = _json(200, await self._answer(request))
        except _WrongError as wrong:
            response = _json(wrong.status, msgspec.json.encode({"error": wrong.error}), **wrong.fields)
        except ClientDisconnect:
            return
        except TooLargeError:
            response = _json(413, msgspec.json.encode({"error": "more than 64 KB"}))
        given = request.headers.getlist("x-request-id")
        if len(given) == 1 and _REQUEST_ID.fullmatch(given[0]):
            response.headers["x-request-id"] = given[0]
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> bytes:
        path = request.scope["path"]
        allowed = _GET if path in self._said else _POST if path in self._asked else ""
        if not allowed:
            raise _WrongError(404, "there is nothing here")
        if request.method != allowed:
            raise _WrongError(405, f"this takes {allowed}", allow=allowed)
        if path in self._said:
            return self._said[path]
        workload = self._holder(request)
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _WrongError(415, "the body is application/json")
        try:
            said: bytes = await self._asked[path](await request.body(), workload)
        except MalformedError as wrong:
            raise _WrongError(400, str(wrong)) from None
        return said

    def _holder(self, request: Request) -> Workload:
        """The workload whose good token this is. Only the one Authorization field counts, never query or cookie."""
        token = bearer_token(request)
        workload = self._ports.workloads.holder(token, self._ports.clock.now()) if token else None
        if workload is None:
            address = address_of(request, self._ports.settings.listen)
            word = "token-unknown-or-over" if token else "token-missing"
            self._ports.doors.tell("workload.refused", word, door=DOOR, address=address)
            said = 'Bearer error="invalid_token"' if token else "Bearer"
            raise _WrongError(401, "a workload token is required", www_authenticate=said)
        return workload

    async def _one(self, body: bytes, workload: Workload) -> bytes:
        asked = authzen.read_one(body)
        self._count(workload, 1)
        return authzen.write(self._decide(asked, workload))

    async def _many(self, body: bytes, workload: Workload) -> bytes:
        many = authzen.read_many(body)
        self._count(workload, len(many.evaluations))
        said: list[Decided] = []
        for asked in many.evaluations:
            decided = authzen.INCOMPLETE if asked is None else self._decide(asked, workload)
            said.append(decided)
            if authzen.is_over(many.semantic, decided):
                break
            await asyncio.sleep(0)  # between two questions everybody else has a turn
        return authzen.write(said[0] if many.is_single else said)

    def _count(self, workload: Workload, questions: int) -> None:
        if not self._questions.admits(workload.id, self._ports.clock.now(), questions):
            raise _WrongError(429, "too many questions in this second", retry_after="1")

    # Whom and what it is about

    def _decide(self, asked: Evaluation, workload: Workload) -> Decided:
        if asked.subject.type not in authzen.PERSON_TYPES or not asked.subject.id:
            return authzen.refused(authzen.UNKNOWN_SUBJECT)
        app = self._app(asked, workload)
        if app is None:
            return authzen.refused(authzen.UNKNOWN_RESOURCE)
        if asked.action.name not in ACTIONS:
            return authzen.refused(authzen.UNKNOWN_ACTION)
        person, request = self._person(asked.subject.id), self._request(workload, asked.action.name)
        if not asked.context.session:
            return self._about_a_person(person, asked.subject.id, app, request)
        facts = self._of_session(person, app, asked.context.session)
        if isinstance(facts, str):
            return authzen.refused(facts)
        return authzen.decided(self._ports.doors.decide_facts(DOOR, request, facts))

    def _about_a_person(self, person: Person | None, name: str, app: App, request: DecisionRequest) -> Decided:
        """Whom nobody knows is decided on and journaled like anybody, so that a no never tells who works here."""
        facts = self._facts(name.casefold(), ANYBODY if person is None else person, app)
        answer = self._ports.doors.decide_facts(DOOR, request, facts)
        if answer.effect is Effect.PERMIT:
            return authzen.decided(answer)
        return authzen.refused(answer.word if answer.word in _OPEN_TO_ALL else Named.NOTHING_PERMITS, answer.id)

    def _facts(self, name: str, person: Person, app: App) -> Facts:
        """The same value until a fact about them changes: equal questions become one event by it."""
        risk = self._ports.known.risk_of(person.id)
        kept = self._alone.get((name, app.id))
        if kept is not None and kept.person == person and kept.app is app and kept.risk is risk:
            return kept
        if len(self._alone) >= MOST_KEPT:
            self._alone.clear()
        kept = self._alone[name, app.id] = Facts(app=app, person=person, risk=risk)
        return kept

    def _request(self, workload: Workload, action: str) -> DecisionRequest:
        kept = self._requests.get((workload.name, action))
        if kept is None:
            if len(self._requests) >= MOST_KEPT:
                self._requests.clear()
            kept = self._requests[workload.name, action] = DecisionRequest(action, host=f"workload:{workload.name}")
        return kept

    def _person(self, name: str) -> Person | None:
        """By id, or by mail address as it is written there."""
        known = self._ports.known
        by_address = [one.id for one in known.people.values() if one.email.casefold() == name.casefold()]
        found = name if name in known.people else next(iter(by_address), "")
        person = known.principal(found)
        return None if person is None or person.is_workload else person

    def _app(self, asked: Evaluation, workload: Workload) -> App | None:
        """The app, if this workload may ask about it; Limen itself is nobody's to ask about."""
        is_its = asked.resource.type == authzen.APP_TYPE and asked.resource.id in workload.apps
        return self._ports.known.apps.get(asked.resource.id) if is_its and asked.resource.id != LIMEN else None

    def _of_session(self, person: Person | None, app: App, alias: str) -> Facts | str:
        """What is known of the session that the alias names; a word where there is no such one."""
        known = self._ports.known
        session = None if person is None else self._session(person, app, alias)
        standing = known.session_state(session, app.id, self._ports.clock.now())
        if session is None or standing is not SessionState.LIVE:
            return "session-unknown" if session is None else str(standing)
        return known.facts(session, app, "")  # where the person is now, only their own requests tell

    def _session(self, person: Person, app: App, alias: str) -> Session | None:
        """The newest session of this person on this app that goes by the alias."""
        found = [
            one
            for one in self._ports.known.sessions.values()
            if one.person_id == person.id
            and one.app == app.id
            and hmac.compare_digest(self._ports.alias(one, app).encode(), alias.encode())
        ]
        return max(found, key=_started, default=None)


def _started(session: Session) -> Instant:
    return session.started_at


def _json(status: int, body: bytes, **fields: str) -> Response:
    return Response(body, status, fields, "application/json")
