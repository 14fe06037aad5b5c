"""WebSockets through the gateway (RFC 6455): decided like any request, watched while open, cut (1008) on a no."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import urlsplit

from limen.enforcement import answers, headers
from limen.enforcement.cross_site import Sender
from limen.enforcement.decision_point import Answer
from limen.enforcement.documents.freshly import FreshlyAsked
from limen.enforcement.headers import Fields
from limen.enforcement.streams import Stream
from limen.enforcement.upstreams import UpstreamError, forbidden, text_of, unreachable
from limen.facts import App
from limen.facts.passing import Channel
from limen.policy.decision import Named
from limen.ssrf_guard import ForbiddenAddressError, connected

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

    from limen.enforcement.gateway import Gateway, Receive, Scope, Send

MayPass: TypeAlias = Callable[[str | bytes], Awaitable[bool]]
STOPPED: Final = "document-stopped"
_log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 16 * 1024 * 1024
POLICY_VIOLATION, GOING_AWAY, BAD_GATEWAY = 1008, 1001, 1014

_OF_THE_HANDSHAKE = frozenset(
    {
        b"sec-websocket-key",
        b"sec-websocket-version",
        b"sec-websocket-extensions",
        b"sec-websocket-protocol",
        b"sec-websocket-accept",
        b"host",
        b"content-length",
    }
)


async def relay(gateway: Gateway, scope: Scope, receive: Receive, send: Send) -> None:
    """Decide the handshake in `scope`, and carry messages both ways for as long as the answer stays yes."""
    fields, certificate = gateway.certificate(scope)
    address = gateway.address(scope, fields)
    target = target_of(scope)
    answer = _ask(gateway, target, fields, address, certificate)
    app = answer.app
    if not answer.permitted or app is None:
        reply = answers.refusal_reply(answer, target, gateway.public_url, is_navigation=False)
        await _deny(scope, receive, send, reply)
        return
    if gateway.holds_too_much(scope, answer, address):
        said = {"error": "refused", "error_description": "too many requests are in progress", "decision": answer.id}
        await _deny(scope, receive, send, answers.json_reply(429, said))
        return
    try:
        if app.account is not None:
            raise unreachable(app, "account-no-websockets")
        upstream = await _connect(gateway, app, answer, scope, fields, address, target)
    except UpstreamError as wrong:
        gateway.failed(answer, app, address, wrong)
        reply = answers.json_reply(wrong.status, {"error": "upstream_failed", "error_description": str(wrong)})
        await _deny(scope, receive, send, reply)
        return
    await receive()  # websocket.connect
    await send({"type": "websocket.accept", "subprotocol": upstream.subprotocol})
    await _carry(gateway, answer, address, upstream, receive, send)


def _ask(gateway: Gateway, target: bytes, fields: Fields, address: str, certificate: bytes) -> Answer:
    """Cookies travel with a handshake from any page of the same site, and what it opens is good for everything: so it
    must come from the app's own page or a declared one, also where the path is public or the app in onboarding.
    """
    site, origin = headers.first(fields, b"sec-fetch-site"), headers.first(fields, b"origin")
    sender = Sender(site, origin, gateway.public_url, may_onboard=False)
    answer = gateway.ask("gateway", "GET", target, fields, address, sender, certificate)
    if answer.permitted and answer.app is not None and sender.is_foreign(answer.app):
        host = headers.first(fields, b"host")
        return gateway.doors.refuse(Named.CROSS_SITE, door="gateway", address=address, host=host)
    return answer


async def _connect(
    gateway: Gateway, app: App, answer: Answer, scope: Scope, fields: Fields, address: str, target: bytes
) -> ClientConnection:
    from websockets.asyncio.client import connect  # noqa: PLC0415 -- heavy
    from websockets.exceptions import WebSocketException  # noqa: PLC0415 -- heavy

    class ConnectOnce(connect):
        """A redirect is the app's word to a browser, not to us."""

        def process_redirect(self, exc: Exception) -> Exception | str:
            return exc

    upstream = app.upstream
    there = urlsplit(upstream.url)
    secure = there.scheme == "https"
    sent = [
        (name.decode("ascii"), text_of(value))
        for name, value in gateway.for_upstream(answer, app, fields, address)
        if name not in _OF_THE_HANDSHAKE
    ]
    options: dict[str, Any] = {}
    if secure:
        options["ssl"] = gateway.upstreams.context(app)
        options["server_hostname"] = upstream.server_name or there.hostname
    named = text_of(headers.first(fields, b"host")) if upstream.keep_host else there.netloc
    try:
        async with asyncio.timeout(upstream.connect_ms / 1_000):
            options["sock"] = await connected(there.hostname or "", there.port or (443 if secure else 80))
        return await ConnectOnce(
            f"{'wss' if secure else 'ws'}://{named}{there.path.rstrip('/')}{target.decode('ascii')}",
            additional_headers=sent,
            subprotocols=list(scope.get("subprotocols") or ()) or None,
            user_agent_header=None,
            compression=None,
            open_timeout=upstream.connect_ms / 1_000,
            ping_interval=None,
            max_size=MAX_MESSAGE_BYTES,
            proxy=None,
            **options,
        )
    except ForbiddenAddressError:
        raise forbidden(app) from None
    except (WebSocketException, OSError, TimeoutError, ValueError) as wrong:
        raise unreachable(app, type(wrong).__name__) from None


async def _carry(
    gateway: Gateway,
    answer: Answer,
    address: str,
    upstream: ClientConnection,
    receive: Receive,
    send: Send,
) -> None:
    cut: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def cut_once(word: str) -> None:
        if not cut.done():
            cut.set_result(word)

    stream = Stream(answer, address, "gateway", cut_once)
    gateway.streams.add(stream)
    may_go_up, may_come_down = (_looks(gateway, answer, address, each) for each in (Channel.UPLOAD, Channel.DOWNLOAD))
    up = asyncio.create_task(_up(gateway, answer, upstream, receive, may_go_up, cut_once))
    down = asyncio.create_task(_down(upstream, send, may_come_down, cut_once))
    try:
        await asyncio.wait((up, down, cut), return_when=asyncio.FIRST_COMPLETED)
        if cut.done():
            down.cancel()
            with suppress(asyncio.CancelledError):
                await down
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": cut.result()})
    finally:
        gateway.streams.remove(stream)
        for task in (up, down):
            task.cancel()
        await asyncio.gather(up, down, return_exceptions=True)
        await upstream.close(POLICY_VIOLATION if cut.done() else GOING_AWAY)


def _looks(gateway: Gateway, answer: Answer, address: str, channel: Channel) -> MayPass | None:
    """What looks into the messages that go one way, each by the rules and facts of its moment; None where data is not
    protected.
    """
    guard, app = gateway.guard, answer.app
    if guard is None or app is None:
        return None
    asked = FreshlyAsked(gateway, guard, channel, answer, address)
    pieces = guard.pieces()

    async def may_pass(message: str | bytes) -> bool:
        piece = message.encode("utf-8", "surrogatepass") if isinstance(message, str) else message
        return await guard.piece_may_pass(asked.now(), pieces, piece)

    return may_pass


async def _up(
    gateway: Gateway,
    answer: Answer,
    upstream: ClientConnection,
    receive: Receive,
    may_pass: MayPass | None,
    cut: Callable[[str], None],
) -> None:
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 -- heavy

    with suppress(ConnectionClosed):
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                await upstream.close(_sendable(message.get("code")), message.get("reason") or "")
                return
            if answer.session is not None:
                gateway.doors.known.used(answer.session, gateway.doors.clock.now())
            text = message.get("text")
            data = text if text is not None else message["bytes"]
            if may_pass is not None and not await _or_no(may_pass, data):
                cut(STOPPED)
                return
            await upstream.send(data)


async def _or_no(may_pass: MayPass, data: str | bytes) -> bool:
    """Whether it may pass; where that can't be said or noted, it may not."""
    try:
        return await may_pass(data)
    except Exception as wrong:  # noqa: BLE001 -- whatever went wrong, the answer is no
        _log.warning("a message could not be looked into: %s", type(wrong).__name__)
        return False


async def _down(upstream: ClientConnection, send: Send, may_pass: MayPass | None, cut: Callable[[str], None]) -> None:
    from websockets.exceptions import ConnectionClosed  # noqa: PLC0415 -- heavy

    try:
        while True:
            message = await upstream.recv()
            if may_pass is not None and not await _or_no(may_pass, message):
                cut(STOPPED)
                return
            await send({"type": "websocket.send", "text" if isinstance(message, str) else "bytes": message})
    except ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd else BAD_GATEWAY
        reason = closed.rcvd.reason if closed.rcvd else "the app hung up"
        await send({"type": "websocket.close", "code": _sendable(code), "reason": reason})


async def _deny(scope: Scope, receive: Receive, send: Send, reply: answers.Reply) -> None:
    """Refuse the handshake with a whole HTTP response where the server can, otherwise with its bare 403."""
    await receive()  # websocket.connect
    if "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        return
    await send({"type": "websocket.http.response.start", "status": reply.status, "headers": list(reply.fields)})
    await send({"type": "websocket.http.response.body", "body": reply.body, "more_body": False})


def target_of(scope: Scope) -> bytes:
    """The request target in origin-form, as it came off the wire."""
    path: bytes = scope["raw_path"]
    query: bytes = scope["query_string"]
    return path + b"?" + query if query else path


def _sendable(code: int | None) -> int:
    """A close code that may be sent (RFC 6455 section 7.4.1): reserved ones only ever describe what happened."""
    return (
        code
        if code is not None and (3_000 <= code < 5_000 or code in {1000, 1001, 1002, 1003, *range(1007, 1015)})
        else 1_000
    )
