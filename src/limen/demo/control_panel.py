"""What stands in front of the demo's Limen: the demo's own page, and a way to hand a sign-in to the browser.

Nothing of this is in `limen serve`, which never imports this floor. Here it opens only to a browser on this very
machine: the peer must be loopback and name no other, the host must end in `.localhost`, and a change must come from
the demo's own page.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from ipaddress import ip_address
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit

from limen.enforcement.decision_point import APP_COOKIE
from limen.enforcement.headers import Fields, TwiceError, cookie, first
from limen.errors import LimenError
from limen.opaque import new_token

Scope: TypeAlias = MutableMapping[str, Any]
Asgi: TypeAlias = Callable[[Scope, Any, Any], Awaitable[None]]

ARRIVE: Final = "/.demo/arrive"
TICKET_SECONDS: Final = 30.0
MOST_TICKETS: Final = 20
_FORWARDED: Final = frozenset({b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"forwarded", b"via"})


class Tickets:
    """Sign-ins on their way into the visitor's browser: each once, for half a minute, never in the journal."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._waiting: dict[str, tuple[float, Mapping[str, str]]] = {}

    def issue(self, cookies: Mapping[str, str]) -> str:
        while len(self._waiting) >= MOST_TICKETS:
            del self._waiting[next(iter(self._waiting))]
        ticket = new_token()
        self._waiting[ticket] = (self._monotonic() + TICKET_SECONDS, cookies)
        return ticket

    def redeem(self, ticket: str) -> Mapping[str, str] | None:
        """The cookies behind a ticket, which is spent; None where it is spent already, too old, or was never issued."""
        until, cookies = self._waiting.pop(ticket, (0.0, {}))
        return cookies if cookies and self._monotonic() < until else None


class ControlPanel:
    """`await stage(scope, receive, send)` for every request to the demo. `pages` is the demo's own page.

    `address` says from where the visitor's requests come, as a front would; `saw` is told the app cookie that a browser
    sends to a host.
    """

    def __init__(self, limen: Asgi, sign_in_url: str) -> None:
        url = urlsplit(sign_in_url)
        name = (url.hostname or "").partition(".")[2]
        if not name.endswith(".localhost"):
            raise LimenError(f"the demo can't use {url.hostname}", "its addresses must end in .localhost")
        port = f":{url.port}" if url.port else ""
        self.host = f"{name}{port}"
        self.origin = f"http://{self.host}"
        self.tickets = Tickets()
        self.pages: Asgi | None = None
        self.address: Callable[[], str] = lambda: ""
        self.saw: Callable[[str, str, str], None] = lambda _host, _user_agent, _cookie: None
        self._limen = limen
        self._sign_in_host = url.netloc.lower().encode()
        self._sign_in_url = sign_in_url

    def arrive_url(self, ticket: str) -> str:
        """Where a browser is given the cookies behind this ticket."""
        return f"{self._sign_in_url}{ARRIVE}?{urlencode({'ticket': ticket})}"

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._limen(scope, receive, send)
            return
        fields: Fields = scope["headers"]
        host, is_here = first(fields, b"host").lower(), is_from_here(scope)
        if scope["type"] == "http" and host == self.host.encode():
            if not is_here:
                await _say(send, 403, "The demo only responds to the machine it runs on.\n")
            elif self.pages is None:
                await _say(send, 503, "Harbor is opening; try again in a few seconds.\n", [(b"refresh", b"2")])
            elif scope["method"] not in {"GET", "HEAD"} and _of(fields, b"sec-fetch-site") != [b"same-origin"]:
                await _say(send, 403, "Only the demo's own page can change anything here.\n")
            else:
                await self.pages(scope, receive, send)
            return
        if is_here and scope["type"] == "http" and host == self._sign_in_host and scope["path"] == ARRIVE:
            await self._arrive(scope, send)
            return
        await self._limen(self._from_the_visitor(scope, fields, host) if is_here else scope, receive, send)

    async def _arrive(self, scope: Scope, send: Any) -> None:
        """Give the visitor's browser the sign-in that the demo's page had opened for it, and send it back there."""
        fields: Fields = scope["headers"]
        ticket = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=4).get("ticket", [""])[0]
        is_ours = scope["method"] == "GET" and _of(fields, b"sec-fetch-site") == [b"same-site"]
        cookies = self.tickets.redeem(ticket) if is_ours else None
        if cookies is None:
            await _say(send, 403, f"This was already used, or took too long. Start again at {self.origin}\n")
            return
        kept = [
            (b"set-cookie", f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax".encode("latin-1"))
            for name, value in cookies.items()
        ]
        await _say(send, 303, "", [(b"location", f"{self.origin}/#answer".encode()), *kept])

    def _from_the_visitor(self, scope: Scope, fields: Fields, host: bytes) -> Scope:
        """The request as the front of a real company would pass it on: with the visitor's address."""
        try:
            sent = cookie(b"; ".join(value for name, value in fields if name == b"cookie"), APP_COOKIE)
        except TwiceError:
            sent = b""
        if sent:
            agent = first(fields, b"user-agent").decode("latin-1")
            self.saw(host.decode("latin-1"), agent, sent.decode("latin-1"))
        address = self.address().encode()
        return {**scope, "headers": [*fields, (b"x-forwarded-for", address)]} if address else scope


def is_from_here(scope: Scope) -> bool:
    """Whether the peer is this machine and speaks for nobody else: what a proxy passes on is not from here."""
    peer = (scope.get("client") or ("", 0))[0]
    try:
        is_loopback = ip_address(peer).is_loopback
    except ValueError:
        return False
    return is_loopback and not any(name in _FORWARDED for name, _ in scope["headers"])


def _of(fields: Fields, wanted: bytes) -> list[bytes]:
    return [value for name, value in fields if name == wanted]


async def _say(send: Any, status: int, text: str, more: list[tuple[bytes, bytes]] | None = None) -> None:
    body = text.encode()
    fields = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
        (b"referrer-policy", b"no-referrer"),
        (b"x-content-type-options", b"nosniff"),
        (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": [*fields, *(more or [])]})
    await send({"type": "http.response.body", "body": body})
