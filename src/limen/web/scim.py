"""SCIM on the sign-in host: sources of people tell Limen here who there is, each under a token of its own.

An ASGI application beside the pages: no cookie is looked at, nothing is answered to other origins, and whatever goes
wrong is SCIM's own error (RFC 7644 section 3.12). What is too large, too deep or too much is refused before it is read.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl
from weakref import WeakValueDictionary

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from limen.identity.sources.scim.bounds import (
    LONGEST_FILTER,
    LONGEST_QUERY,
    MOST_BYTES,
    UnreadableError,
    decoded,
    is_too_many,
)
from limen.identity.sources.scim.server import BASE, NotASourceError
from limen.pillar import NotTakenError
from limen.rate_limit import RateLimit
from limen.storage.errors import StorageError
from limen.web.callers import address_of, bearer_token
from limen.web.middleware import App as Asgi, TooLargeError
from limen.web.page import Route
from limen.web.ports import Ports

if TYPE_CHECKING:
    from scim2_server.requests import ScimRequest

DOOR: Final = "scim"
PREFIX: Final = f"{BASE}/"
_BY_SOURCES: Final = "sources of people tell here, each under its own token; no session counts"
PAGES: Final = tuple(
    Route(method, f"{PREFIX}{{path:path}}", undecided=_BY_SOURCES, media_type="application/scim+json")
    for method in ("GET", "POST")
)
"""They, and PUT, PATCH and DELETE, are answered beside the pages, by an application of their own."""
METHODS: Final = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
REQUESTS_PER_SECOND: Final = 200
MOST_AT_ONCE: Final = 400
"""Requests of one token, on and on and in one go."""
AT_ONCE: Final = 8
"""Requests that are worked on at once; others wait."""
AT_ONCE_OF_ONE: Final = 2
"""Requests of one source that are read or worked on at once: no source keeps the others waiting."""
ABOUT_ONE_AT_ONCE: Final = 6
"""The same of small requests that write one user: each takes milliseconds, and several are committed together."""
SMALL_BYTES: Final = 8 * 1024
READ_SECONDS: Final = 30.0
"""For one body, from its request's turn on."""
LARGE_BYTES: Final = 64 * 1024
"""A body from which on decoding takes so long that it isn't done on the event loop."""
RETRY_AFTER_SECONDS: Final = 5
_TEXT: Final = "application/scim+json"
_ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"


def is_asked(path: str) -> bool:
    """Is this path one of SCIM's?"""
    return path.startswith(PREFIX)


def build(ports: Ports) -> Asgi:
    """The server over these ports."""
    return _Scim(ports)


class _WrongError(Exception):
    """What is answered instead."""

    def __init__(self, status: int, detail: str, **fields: str) -> None:
        super().__init__(detail)
        self.status = status
        self.fields = {name.replace("_", "-"): value for name, value in fields.items()}


class _Scim:
    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._rate = RateLimit(REQUESTS_PER_SECOND, MOST_AT_ONCE)
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._turns_of: WeakValueDictionary[tuple[str, bool], asyncio.Semaphore] = WeakValueDictionary()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except _WrongError as wrong:
            response = _error(wrong.status, str(wrong), **wrong.fields)
        except ClientDisconnect:
            return
        except TooLargeError:
            response = _error(413, "more than 1 MB")
        except (StorageError, NotTakenError):
            response = _error(503, "not at this moment", retry_after=str(RETRY_AFTER_SECONDS))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        address = address_of(request, self._ports.settings.listen)
        scim = self._ports.identity.scim
        try:
            source, token = await scim.source_of(bearer_token(request))
        except NotASourceError as wrong:
            self._ports.doors.tell("workload.refused", wrong.word, door=DOOR, address=address)
            raise _WrongError(401, "a token of a source is required", www_authenticate='Bearer realm="SCIM"') from None
        if not self._rate.admits(token.id, self._ports.clock.now()):
            raise _WrongError(429, "more requests than Limen takes in a second", retry_after="1")
        if request.method not in METHODS:
            raise _WrongError(405, "this method is not answered", allow=", ".join(sorted(METHODS)))
        async with self._turns_of_one(source.id, is_about_one=_is_about_one(request)):
            asked = await self._asked(request)
            async with self._turns:
                await _refuse_unbounded(asked)
                answered = await scim.answer(source, token, asked, address)
        body = b"" if answered.body is None else json.dumps(answered.body).encode()
        fields = {name: value for name, value in answered.headers.items() if body or name.lower() != "content-type"}
        return Response(body, int(answered.status), fields)

    def _turns_of_one(self, source: str, *, is_about_one: bool) -> asyncio.Semaphore:
        """A source's own turns, which exist for as long as a request of it waits for one or has one."""
        at_once = ABOUT_ONE_AT_ONCE if is_about_one else AT_ONCE_OF_ONE
        return self._turns_of.setdefault((source, is_about_one), asyncio.Semaphore(at_once))

    async def _asked(self, request: Request) -> ScimRequest:
        """What was asked, not looked into yet. Raises _WrongError, TooLargeError."""
        from scim2_server.requests import ScimRequest  # noqa: PLC0415 -- heavy, and only with the first request

        query = request.scope.get("query_string", b"")
        if len(query) > LONGEST_QUERY:
            raise _WrongError(414, "the query is too long")
        asked = _query(query)
        if any(len(value) > LONGEST_FILTER for value in asked.values()):
            raise _WrongError(400, "the filter is too long")
        fields = ("content-type", "if-match", "if-none-match")
        return ScimRequest(
            method=request.method,
            base_url=f"{self._ports.settings.public_url.rstrip('/')}{BASE}",
            path="/" + request.scope["path"].removeprefix(PREFIX),
            query=asked,
            headers=[(name, value) for name in fields for value in request.headers.getlist(name)],
            body=await _body(request),
        )


def _is_about_one(request: Request) -> bool:
    """Whether it writes one user, and says that it is small: what comes in chunks may be of any size."""
    length = request.headers.get("content-length", "0" if request.method == "DELETE" else "")
    is_small = length.isascii() and length.isdigit() and len(length) < 7 and int(length) <= SMALL_BYTES
    section, _, which = request.scope["path"].removeprefix(PREFIX).partition("/")
    is_user = section == "Users" and (request.method != "POST" or not which)  # a search is a POST to what is below
    return is_user and is_small and request.method != "GET" and "transfer-encoding" not in request.headers


def _query(query: bytes) -> dict[str, str]:
    """What stands behind the question mark. Raises _WrongError."""
    try:
        return dict(parse_qsl(query.decode("utf-8"), keep_blank_values=True, max_num_fields=20))
    except ValueError:
        raise _WrongError(400, "the query can't be read") from None


async def _body(request: Request) -> bytes:
    """Raises _WrongError, TooLargeError."""
    try:
        async with asyncio.timeout(READ_SECONDS):
            body = await request.body()
    except TimeoutError:
        raise _WrongError(408, "the body did not come in time", connection="close") from None
    if len(body) > MOST_BYTES:
        raise TooLargeError
    return body


async def _refuse_unbounded(asked: ScimRequest) -> None:
    """Raises _WrongError for what would take too long to be worked on."""
    if len(asked.body) > LARGE_BYTES:
        await asyncio.to_thread(_refuse_body, asked.body)
    elif asked.body:
        _refuse_body(asked.body)


def _refuse_body(body: bytes) -> None:
    try:
        said = decoded(body)
    except UnreadableError as wrong:
        raise _WrongError(400, str(wrong)) from None
    if is_too_many(said):
        raise _WrongError(413, "too many operations in one request")
    if isinstance(said, dict) and any(isinstance(one, str) and len(one) > LONGEST_FILTER for one in said.values()):
        raise _WrongError(400, "a text is too long")


def _error(status: int, detail: str, **fields: str) -> Response:
    said = {"schemas": [_ERROR], "status": str(status), "detail": detail}
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    return Response(msgspec.json.encode(said), status, named, _TEXT)
