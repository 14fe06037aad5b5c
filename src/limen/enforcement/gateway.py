"""The embedded gateway: an ASGI application that decides each request and streams what it permits to its app.

It holds back nothing and adds little: bodies stream both ways, fields that belong to one hop stop here (RFC 9110
section 7.6.1), redirects and cookies are the app's own affair, and who is asking is said by Limen alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from limen.admission import TOO_MANY
from limen.browser_state import BrowserStates
from limen.enforcement import answers, authorization, certified_browsers, headers, websockets
from limen.enforcement.addresses import Network, client_address, is_trusted, under
from limen.enforcement.app_login import PREFIX, AppLoginRequest, AppLoginRoutes
from limen.enforcement.assertion import Assertions
from limen.enforcement.certified_browsers import CertifiedBrowsers
from limen.enforcement.cross_site import Sender, sender_of
from limen.enforcement.decision_point import Answer, DecisionPoint
from limen.enforcement.headers import Fields
from limen.enforcement.hosts import plain_host
from limen.enforcement.preflight import Preflight, leave, no_leave, preflight_in
from limen.enforcement.streams import Stream, Streams
from limen.enforcement.strict_http import entry_of
from limen.enforcement.upstreams import UpstreamError, Upstreams, too_slow, unreachable
from limen.events import Event, Outcome
from limen.facts import App
from limen.messages import gettext_noop

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_CERTIFICATE: Final = headers.CERTIFICATE_FIELD.lower().encode()

LONG_AFTER_SECONDS = 1.0
"""A response that is still going on after this is a stream: it is decided again whenever its facts change. What is
declared under `streams` is one from its first moment.
"""


class Gateway:
    """`await gateway(scope, receive, send)` for every host that is not the sign-in host."""

    def __init__(
        self,
        *,
        doors: DecisionPoint,
        identity: Assertions,
        app_login_routes: AppLoginRoutes,
        public_url: str,
        trusted: Sequence[Network] = (),
        upstreams: Upstreams | None = None,
        streams: Streams | None = None,
        certificate_domain: str = "",
        certified: CertifiedBrowsers | None = None,
    ) -> None:
        self.certificate_domain = certificate_domain
        self.certified = certified or CertifiedBrowsers(
            BrowserStates(doors.clock), doors.tied.ties, doors.clock, public_url
        )
        self.doors = doors
        self.identity = identity
        self.public_url = public_url
        self.trusted = tuple(trusted)
        self.upstreams = upstreams if upstreams is not None else Upstreams()
        self.streams = streams if streams is not None else Streams(doors)
        self._app_login_routes = app_login_routes
        self._proto = public_url.partition(":")[0].encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await websockets.relay(self, scope, receive, send)

    async def close(self) -> None:
        """Cut what is open and let go of the upstreams."""
        self.streams.close()
        await self.upstreams.close()

    def _is_the_certificates_host(self, scope: Scope, fields: Fields) -> bool:
        host = plain_host(headers.first(fields, b"host"))
        return bool(self.certificate_domain) and host == self.certificate_domain and scope["method"] == "GET"

    # What both kinds of request have in common

    def address(self, scope: Scope, fields: Fields) -> str:
        """The client's address: the peer's, or what a trusted peer says of its own."""
        peer = (scope.get("client") or ("", 0))[0]
        forwarded = b", ".join(value for name, value in fields if name == b"x-forwarded-for")
        return client_address(peer, forwarded, self.trusted)

    def certificate(self, scope: Scope) -> tuple[Fields, bytes]:
        """The request's fields without the client certificate that a trusted front says it came with, and that.

        It counts on the hosts alone where fronts ask for one. From anybody else it stays, and is a forgery.
        """
        fields: Fields = list(scope["headers"])
        sent = [value for name, value in fields if name == _CERTIFICATE]
        peer = (scope.get("client") or ("", 0))[0]
        if not sent or (peer and not is_trusted(peer, self.trusted)):
            return fields, b""
        is_asked = under(headers.first(fields, b"host"), self.certificate_domain)
        return [one for one in fields if one[0] != _CERTIFICATE], sent[0] if len(sent) == 1 and is_asked else b""

    def ask(
        self,
        door: str,
        method: str,
        target: bytes,
        fields: Fields,
        address: str,
        sender: Sender | None = None,
        certificate: bytes = b"",
    ) -> Answer:
        """Ask the doors about a request, after what no upstream should have to interpret has been refused."""
        host = headers.first(fields, b"host")
        twice = headers.repeated(fields)
        if twice is not None:
            return self.doors.refuse(
                "field-repeated", door=door, address=address, host=host, detail=twice.decode("ascii", "replace")
            )
        forged = headers.forgery(fields)
        if forged is not None:
            word, name = forged
            detail = name.decode("ascii", "replace")
            self.doors.tell("request.stripped", word, door=door, address=address, host=host, detail=detail)
        said = headers.first(fields, b"authorization")
        presented = authorization.presented(said) if said else None
        if presented is not None and presented.is_basic and _is_browser(fields):
            # A browser sends a password once typed with every request, whoever caused it: that proves nothing.
            self.doors.tell("request.stripped", "token-in-a-browser", door=door, address=address, host=host)
            presented = None
        return self.doors.decide_request(
            door,
            method.encode(),
            host,
            target,
            headers.cookies(fields),
            address,
            presented=presented,
            sender=sender,
            certificate=certificate,
        )

    def sender(self, method: str, fields: Fields) -> Sender | None:
        """Whose page sends a request that may change something."""
        site, origin = headers.first(fields, b"sec-fetch-site"), headers.first(fields, b"origin")
        return sender_of(method.encode(), site, origin, self.public_url)

    def for_upstream(self, answer: Answer, app: App, fields: Fields, address: str) -> Fields:
        """The request's fields as the upstream gets them."""
        host = headers.first(fields, b"host")
        ours = [
            (b"x-forwarded-host", host),
            (b"x-forwarded-proto", self._proto),
            (b"x-forwarded-for", address.encode()),
            *self.identity.fields(answer),
        ]
        if app.upstream.keep_host:
            ours.insert(0, (b"host", host))
        return headers.upstream_request(fields, ours)

    def holds_too_much(self, scope: Scope, answer: Answer, address: str) -> bool:
        """Count a permitted request under whoever sent it; True, and journaled, where they have too many in progress.

        What nobody is signed in for stays a stranger's.
        """
        entry, session = entry_of(scope), answer.session
        if entry is None or session is None or entry.belongs_to(session.person_id, session.parent or session.id):
            return False
        self.doors.refuse(TOO_MANY, door="gateway", address=address, app=answer.app, session=session)
        return True

    def failed(self, answer: Answer, app: App, address: str, wrong: UpstreamError) -> None:
        """Journal that an app did not answer."""
        self.doors.journal.record(
            Event(
                at=self.doors.clock.now(),
                kind="upstream.failed",
                outcome=Outcome.FAILURE,
                address=address,
                reason=wrong.word,
                details={"door": "gateway", "app": app.id, "decision": answer.id},
            )
        )

    # Requests

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        fields, certificate = self.certificate(scope)
        address = self.address(scope, fields)
        path: bytes = scope["raw_path"]
        if path == certified_browsers.PATH and self._is_the_certificates_host(scope, fields):
            await _reply(send, self.certified.answer(scope["query_string"], certificate))
            return
        if path.startswith(PREFIX):
            app = self.doors.hosts.app_on(headers.first(fields, b"host"))
            if app is not None:
                await _reply(
                    send, await self._app_login_routes.answer(self._app_login_request(scope, fields, app, address))
                )
                return
        target = websockets.target_of(scope)
        asked = preflight_in(scope["method"], fields)
        if asked is not None:
            reply = self._preflight(asked, target, fields, address)
            if reply is not None:
                await _reply(send, reply)
                return
        sender = self.sender(scope["method"], fields)
        answer = self.ask("gateway", scope["method"], target, fields, address, sender, certificate)
        if not answer.permitted or answer.app is None:
            leads_on = answers.may_lead_on(answer, scope["method"].encode())
            is_navigation = leads_on and headers.first(fields, b"sec-fetch-mode") == b"navigate"
            is_program = bool(headers.first(fields, b"user-agent")) and not _is_browser(fields)
            reply = answers.refusal_reply(
                answer,
                target,
                self.public_url,
                is_navigation=is_navigation,
                is_program=is_program,
                shows_text=authorization.shows_text(headers.first(fields, b"user-agent")),
                sent_another=bool(headers.first(fields, b"authorization")),
            )
            await _reply(send, reply)
            return
        method = scope["method"]
        exchange = _Exchange(self, method, receive, send, answer, answer.app, fields, address, target)
        if self.holds_too_much(scope, answer, address):
            await exchange.refuse(*TOO_MANY_AT_ONCE)
        else:
            await exchange.run()

    def _preflight(self, asked: Preflight, target: bytes, fields: Fields, address: str) -> answers.Reply | None:
        """What Limen says to a preflight from a declared origin; None where it is decided like any other request."""
        if headers.repeated(fields) is not None:
            return None  # which is refused for that
        answer = self.doors.decide_preflight("gateway", headers.first(fields, b"host"), target, asked, address)
        if answer is None:
            return None
        if answer.permitted and answer.app is not None:
            return leave(answer.app, asked)
        if answer.word == "cors-undeclared":
            app = self.doors.hosts.app_on(headers.first(fields, b"host"))
            return no_leave(asked.undeclared(app.cors) if app is not None else asked.method)
        return answers.refusal_reply(answer, target, self.public_url, is_navigation=False)

    def _app_login_request(self, scope: Scope, fields: Fields, app: App, address: str) -> AppLoginRequest:
        origin = headers.first(fields, b"origin").decode("latin-1")
        return AppLoginRequest(
            method=scope["method"],
            path=scope["raw_path"],
            query=scope["query_string"],
            cookies=headers.cookies(fields),
            app=app,
            address=address,
            user_agent=headers.first(fields, b"user-agent").decode("latin-1")[:300],
            same_origin=origin == answers.app_origin(app.host, self.public_url),
            fields=fields,
        )


_TOO_LARGE: Final = (413, gettext_noop("That is too large"), gettext_noop("{app} doesn't accept that much at once."))


TOO_MANY_AT_ONCE: Final = (
    429,
    gettext_noop("Too many requests at once"),
    gettext_noop("Wait until some of your requests are finished."),
)
"""RFC 6585, section 4."""


class _TooLargeError(Exception):
    """The client's body is larger than the app takes."""


@dataclass(slots=True)
class _Exchange:
    """One permitted request on its way to its app and back."""

    _gateway: Gateway
    _method: str
    _receive: Receive
    _send: Send
    _answer: Answer
    _app: App
    _fields: Fields
    _address: str
    _target: bytes
    _body_done: asyncio.Event = field(default_factory=asyncio.Event, init=False)
    _started: bool = field(default=False, init=False)
    _too_large: bool = field(default=False, init=False)
    _is_lost: bool = field(default=False, init=False)
    _cut_for: str = field(default="", init=False)
    _carrying: asyncio.Task[None] | None = field(default=None, init=False)

    async def run(self) -> None:
        if self._declared_length() > self._app.upstream.max_request_bytes:
            await self.refuse(*_TOO_LARGE)
            return
        self._carrying = asyncio.create_task(self._carry())
        gone = asyncio.create_task(self._client_gone())
        loop = asyncio.get_running_loop()
        stream = Stream(self._answer, self._address, "gateway", self._cut)
        is_declared = self._answer.route is not None and self._answer.route.stays_open
        after = 0 if is_declared else LONG_AFTER_SECONDS
        long_after = loop.call_later(after, self._gateway.streams.add, stream)
        try:
            await asyncio.wait((self._carrying, gone), return_when=asyncio.FIRST_COMPLETED)
        finally:
            long_after.cancel()
            self._gateway.streams.remove(stream)
            gone.cancel()
            self._carrying.cancel()
        with suppress(asyncio.CancelledError):
            await self._carrying
        if self._cut_for and not self._started:
            await self.refuse(
                403,
                gettext_noop("Access has ended"),
                gettext_noop("You no longer have access: something it depended on has changed."),
            )

    async def _carry(self) -> None:
        try:
            response = await self._gateway.upstreams.open(
                self._app,
                self._method,
                self._target.decode("ascii"),
                self._gateway.for_upstream(self._answer, self._app, self._fields, self._address),
                self._body() if self._has_body() else None,
            )
        except UpstreamError as wrong:
            await self._failed(wrong)
            return
        finally:
            if not self._has_body():
                self._body_done.set()
        try:
            await self._back(response)
        finally:
            response.close() if not response.content.is_eof() else response.release()

    async def _back(self, response: Any) -> None:
        import aiohttp  # noqa: PLC0415 -- heavy, and loaded by now

        head = {
            "type": "http.response.start",
            "status": response.status,
            "headers": headers.downstream_response(response.raw_headers),
        }
        try:
            chunks = response.content.iter_any()
            first = await anext(chunks, b"")
            self._started = True
            await self._send(head)
            await self._send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in chunks:
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except (aiohttp.ServerTimeoutError, TimeoutError):
            await self._failed(too_slow(self._app))
            return
        except (aiohttp.ClientError, OSError) as wrong:
            await self._failed(unreachable(self._app, type(wrong).__name__))
            return
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _failed(self, wrong: UpstreamError) -> None:
        """Say that the app did not answer; where its response has begun already, all that is left is to break off."""
        if self._is_lost:
            return
        if self._too_large:
            await self.refuse(*_TOO_LARGE)
            return
        self._gateway.failed(self._answer, self._app, self._address, wrong)
        await self.refuse(wrong.status, *wrong.unfilled)

    async def refuse(self, status: int, title: str, text: str) -> None:
        """Answer in the app's stead, unless it has begun to."""
        if self._started:
            return
        self._started = True
        if headers.first(self._fields, b"sec-fetch-mode") == b"navigate":
            await _reply(self._send, answers.page_reply(status, title, text, app=self._app.name))
            return
        error = "upstream_failed" if status >= 500 else "refused"
        said = {"error": error, "error_description": f"{title}; {text}".replace("{app}", self._app.name)}
        await _reply(self._send, answers.json_reply(status, {**said, "decision": self._answer.id}))

    async def _body(self) -> AsyncIterator[bytes]:
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self._is_lost = True  # the client hung up, which is no failure of the app's
                raise ConnectionResetError
            chunk: bytes = message.get("body", b"")
            size += len(chunk)
            if size > self._app.upstream.max_request_bytes:
                self._too_large = True
                raise _TooLargeError
            if chunk:
                yield chunk
            if not message.get("more_body", False):
                self._body_done.set()
                return

    async def _client_gone(self) -> None:
        """Return when the client has hung up. Its body is read by `_body`, so wait until that is done."""
        await self._body_done.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _cut(self, word: str) -> None:
        self._cut_for = word
        if self._carrying is not None:
            self._carrying.cancel()

    def _has_body(self) -> bool:
        return any(name in {b"content-length", b"transfer-encoding"} for name, _ in self._fields)

    def _declared_length(self) -> int:
        length = headers.first(self._fields, b"content-length")
        return int(length) if length.isdigit() else 0


def _is_browser(fields: Fields) -> bool:
    return authorization.is_browser(headers.first(fields, b"sec-fetch-mode"), headers.first(fields, b"user-agent"))


async def _reply(send: Send, reply: answers.Reply) -> None:
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.fields)})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
