"""One permitted request on its way to its app and back: bodies stream both ways, unless a rule asks what is in them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from limen.enforcement import answers, headers
from limen.enforcement.brokered.accounts import CLOSED
from limen.enforcement.brokered.at_vendor import for_browser
from limen.enforcement.decision_point import Answer
from limen.enforcement.documents.freshly import FreshlyAsked
from limen.enforcement.documents.guard import DocumentGuard, Verdict
from limen.enforcement.documents.heads import asked_whole, coding_of, is_endless, name_in
from limen.enforcement.documents.stopped_page import stopped_reply
from limen.enforcement.documents.stops import About
from limen.enforcement.headers import Fields
from limen.enforcement.paths import local_path
from limen.enforcement.streams import Stream
from limen.enforcement.upstreams import UpstreamError, too_slow, unreachable
from limen.facts import App, Document
from limen.facts.passing import Channel, Passing
from limen.http_bodies.codings import EndlessUndoing, UnreadableError, codings_in
from limen.http_bodies.spool import NoRoomError
from limen.messages import gettext_noop

if TYPE_CHECKING:
    from limen.enforcement.gateway import Gateway  # noqa: TC004 -- it imports this file

LONG_AFTER_SECONDS = 1.0
"""A response that is still going on after this is a stream: it is decided again whenever its facts change. What is
declared under `streams` is one from its first moment.
"""
TOO_LARGE: Final = (413, gettext_noop("That is too large"), gettext_noop("{app} doesn't accept that much at once."))
TOO_MANY_AT_ONCE: Final = (
    429,
    gettext_noop("Too many requests at once"),
    gettext_noop("Wait until some of your requests are finished."),
)
"""RFC 6585, section 4."""
NO_ROOM: Final = (
    503,
    gettext_noop("Try again in a moment"),
    gettext_noop("Too much is being looked into at once. Try again shortly."),
)
NOT_WHOLE: Final = (
    502,
    gettext_noop("This can't be looked into"),
    gettext_noop("{app} sent a part of a document where the whole was asked for. Tell the app's owner."),
)


class _TooLargeError(Exception):
    """The client's body is larger than the app takes."""


class _StoppedError(Exception):
    """Something in a response without end may not pass."""


@dataclass(slots=True)
class Exchange:
    """`run` it, or `refuse` it."""

    _gateway: Gateway
    _method: str
    _receive: Callable[[], Awaitable[MutableMapping[str, Any]]]
    _send: Callable[[MutableMapping[str, Any]], Awaitable[None]]
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
        if self._answer.route is not None and self._answer.route.is_closed:
            await self.refuse(*CLOSED)
            return
        if self._declared_length() > self._app.upstream.max_request_bytes:
            await self.refuse(*TOO_LARGE)
            return
        self._carrying = asyncio.create_task(self._carry())
        gone = asyncio.create_task(self._client_gone())
        loop = asyncio.get_running_loop()
        stream = Stream(self._answer, self._address, "gateway", self._cut)
        after = 0 if self._stays_open else LONG_AFTER_SECONDS
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

    async def refuse(self, status: int, title: str, text: str) -> None:
        """Answer in the app's stead, unless it has begun to."""
        if self._started:
            return
        self._started = True
        if self._is_navigation:
            await reply_with(self._send, answers.page_reply(status, title, text, app=self._app.name))
            return
        error = "upstream_failed" if status >= 500 else "refused"
        said = {"error": error, "error_description": f"{title}; {text}".replace("{app}", self._app.name)}
        await reply_with(self._send, answers.json_reply(status, {**said, "decision": self._answer.id}))

    # To the app

    async def _carry(self) -> None:
        guard = self._gateway.guard
        sent = guard.asked(Channel.UPLOAD, self._answer, self._app, name_in(self._target)) if guard else None
        body = self._body() if self._has_body() else None
        if guard is None or sent is None or (body is None and b"?" not in self._target):
            await self._forward(body)
            return
        try:
            verdict = await guard.upload(sent, self._about(), body, self._fields)
        except _TooLargeError:
            await self.refuse(*TOO_LARGE)
        except NoRoomError:
            await self.refuse(*NO_ROOM)
        except ConnectionResetError:
            return
        else:
            await self._pass_on(verdict, lambda held: self._forward(held if body is not None else None))

    async def _pass_on(self, verdict: Verdict, onward: Callable[[AsyncIterator[bytes]], Awaitable[None]]) -> None:
        """Pass on what may pass, and say of anything else that it was stopped."""
        try:
            if verdict.stopped is not None:
                origin = answers.app_origin(self._app.host, self._gateway.public_url)
                owner = self._gateway.whom_to_ask(self._app, verdict.stopped)
                reply = stopped_reply(
                    verdict.stopped,
                    self._app.name,
                    owner,
                    is_navigation=self._is_navigation,
                    origin=origin,
                    public_url=self._gateway.public_url,
                )
                self._started = True
                await reply_with(self._send, reply)
            elif verdict.body is not None:
                await onward(verdict.body)
        finally:
            verdict.close()

    async def _forward(self, body: AsyncIterator[bytes] | None) -> None:
        guard = self._gateway.guard
        coming = guard.asked(Channel.DOWNLOAD, self._answer, self._app, name_in(self._target)) if guard else None
        fields = self._fields if coming is None else asked_whole(self._fields)
        try:
            response = await self._gateway.open(
                self._answer, self._app, self._method, self._target.decode("ascii"), fields, self._address, body
            )
        except UpstreamError as wrong:
            await self._failed(wrong)
            return
        finally:
            if not self._has_body():
                self._body_done.set()
        try:
            if guard is None or (coming is None and not self._is_stream(response)):
                await self._back(response, response.content.iter_any())
            else:
                await self._back_looked_into(guard, coming, response)
        finally:
            response.close() if not response.content.is_eof() else response.release()

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

    # And back

    def _is_stream(self, response: Any) -> bool:
        """Whether it is looked at as it comes. Whoever stores a file chooses its type: what says how long it is has an
        end, and is judged as a whole.
        """
        fields = self._fields_back(response)
        has_length = bool(headers.first(fields, b"content-length"))
        return self._stays_open or (is_endless(headers.first(fields, b"content-type")) and not has_length)

    async def _back_looked_into(self, guard: DocumentGuard, coming: Passing | None, response: Any) -> None:
        """`coming`: None where nobody asks yet, about what may go on for days."""
        fields = self._fields_back(response)
        if self._method == "HEAD" or response.status in {204, 304}:
            await self._back(response, response.content.iter_any())
            return
        if response.status == 206 and coming is not None:
            await self.refuse(*NOT_WHOLE)
            return
        if coming is None or self._is_stream(response):
            await self._back(response, self._piece_by_piece(guard, response, coding_of(fields)))
            return
        try:
            decided = None if self._gateway.doors.may_refuse_document(self._answer, self._address) else self._decided
            verdict = await guard.download(coming, self._about(), response.content.iter_any(), fields, decided)
        except NoRoomError:
            await self.refuse(*NO_ROOM)
        except Exception as wrong:
            if not await self._broke_off(wrong):
                raise
        else:
            try:
                if not await self._is_withheld(verdict):
                    await self._pass_on(verdict, lambda body: self._back(response, body))
            finally:
                verdict.close()

    async def _is_withheld(self, verdict: Verdict) -> bool:
        """Whether the policies refuse the document that comes back, by its label. Then that refusal is the answer."""
        if verdict.stopped is not None or verdict.document is None:
            return False
        decided = self._decided(verdict.document)
        if decided.permitted:
            return False
        leads_on = answers.may_lead_on(decided, self._method.encode())
        reply = answers.refusal_reply(
            decided, self._target, self._gateway.public_url, is_navigation=leads_on and self._is_navigation
        )
        self._started = True
        await reply_with(self._send, reply)
        return True

    def _decided(self, document: Document) -> Answer:
        return self._gateway.doors.decide_document("gateway", self._answer, document, self._address)

    async def _piece_by_piece(self, guard: DocumentGuard, response: Any, coding: bytes) -> AsyncIterator[bytes]:
        pieces = guard.pieces()
        name = name_in(self._target)
        asked = FreshlyAsked(self._gateway, guard, Channel.DOWNLOAD, self._answer, self._address, name)
        undoing = _undoing(coding)
        async for piece in response.content.iter_any():
            passing = asked.now()
            reads: bytes | None = None
            with suppress(UnreadableError):
                reads = undoing.feed(piece) if undoing is not None else None
            if reads is None:  # nobody can see what is in it, nor in all that follows
                undoing = None
                if passing is not None:
                    raise _StoppedError
            elif not await guard.piece_may_pass(passing, pieces, reads):
                raise _StoppedError
            yield piece

    async def _back(self, response: Any, chunks: AsyncIterator[bytes]) -> None:
        head = {
            "type": "http.response.start",
            "status": response.status,
            "headers": self._fields_back(response),
        }
        try:
            first = await anext(chunks, b"")
            self._started = True
            await self._send(head)
            await self._send({"type": "http.response.body", "body": first, "more_body": True})
            async for chunk in chunks:
                await self._send({"type": "http.response.body", "body": chunk, "more_body": True})
        except _StoppedError:
            await self.refuse(403, *STOPPED_MIDWAY)
            return
        except Exception as wrong:
            if not await self._broke_off(wrong):
                raise
            return
        await self._send({"type": "http.response.body", "body": b"", "more_body": False})

    def _fields_back(self, response: Any) -> Fields:
        fields = headers.downstream_response(response.raw_headers)
        if self._app.account is None:
            return fields
        return for_browser(self._app, fields, answers.app_origin(self._app.host, self._gateway.public_url))

    async def _broke_off(self, wrong: Exception) -> bool:
        """Whether this is an app's response that broke off; then it is said, as far as it can be."""
        import aiohttp  # noqa: PLC0415 -- heavy, and loaded by now

        if isinstance(wrong, TimeoutError):
            await self._failed(too_slow(self._app))
        elif isinstance(wrong, (aiohttp.ClientError, OSError)):
            await self._failed(unreachable(self._app, type(wrong).__name__))
        else:
            return False
        return True

    async def _failed(self, wrong: UpstreamError) -> None:
        """Say that the app did not answer; where its response has begun already, all that is left is to break off."""
        if self._is_lost:
            return
        if self._too_large:
            await self.refuse(*TOO_LARGE)
            return
        self._gateway.failed(self._answer, self._app, self._address, wrong)
        await self.refuse(wrong.status, *wrong.unfilled)

    async def _client_gone(self) -> None:
        """Return when the client has hung up. Its body is read by `_body`, so wait until that is done."""
        await self._body_done.wait()
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def _cut(self, word: str) -> None:
        self._cut_for = word
        if self._carrying is not None:
            self._carrying.cancel()

    # What the request says of itself

    def _about(self) -> About:
        session = self._answer.session
        return About(
            session=session.id if session is not None else "",
            person=session.person_id if session is not None else "",
            app=self._app.id,
            method=self._method,
            target=self._target.decode("ascii"),
            back=self._sent_from() or self._app.start,
            by_token=session is not None and session.auth.by_token,
        )

    def _sent_from(self) -> str:
        """The page on the app's own host that the request was sent from; "" where that is not said."""
        referer = urlsplit(headers.first(self._fields, b"referer").decode("latin-1"))
        if f"{referer.scheme}://{referer.netloc}" != answers.app_origin(self._app.host, self._gateway.public_url):
            return ""
        return local_path(f"{referer.path or '/'}{f'?{referer.query}' if referer.query else ''}") or ""

    @property
    def _stays_open(self) -> bool:
        return self._answer.route is not None and self._answer.route.stays_open

    @property
    def _is_navigation(self) -> bool:
        return headers.first(self._fields, b"sec-fetch-mode") == b"navigate"

    def _has_body(self) -> bool:
        return any(name in {b"content-length", b"transfer-encoding"} for name, _ in self._fields)

    def _declared_length(self) -> int:
        length = headers.first(self._fields, b"content-length")
        return int(length) if length.isdigit() else 0


def _undoing(coding: bytes) -> EndlessUndoing | None:
    """What undoes these codings as they come; None where nothing does."""
    with suppress(UnreadableError):
        return EndlessUndoing(codings_in(coding))
    return None


STOPPED_MIDWAY: Final = (
    gettext_noop("This was stopped"),
    gettext_noop("Your company's rules protect what was found in it."),
)


async def reply_with(send: Callable[[MutableMapping[str, Any]], Awaitable[None]], reply: answers.Reply) -> None:
    """Send a whole response."""
    await send({"type": "http.response.start", "status": reply.status, "headers": list(reply.fields)})
    await send({"type": "http.response.body", "body": reply.body, "more_body": False})
