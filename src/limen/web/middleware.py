"""Around every page: headers on each response, one host, and bounds on what comes in. Plain ASGI, so streams stream."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlsplit

from limen.web.assets import PREFIX
from limen.web.page import MAX_BODY_BYTES

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

MAX_TARGET_BYTES: Final = 8 * 1024

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; "
    "trusted-types server-fragment"
)
HEADERS: Final = (
    (b"content-security-policy", CSP.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (
        b"permissions-policy",
        (
            b"publickey-credentials-get=(self), publickey-credentials-create=(self), camera=(), microphone=(), "
            b"geolocation=(), payment=(), usb=()"
        ),
    ),
)
"""Sent with every response, whatever it is. Because of `no-referrer`, a form's own Origin is "null": see `requests`."""
_NO_STORE: Final = (b"cache-control", b"no-store")
_PATH: Final = "/%:@!$&()*+=~.-_"
_OURS: Final = frozenset(name for name, _ in HEADERS)


FORM_TARGETS: Final = "form_targets"
"""In the state of a request: the addresses beside our own that the forms of its page may be sent to."""

CONNECT_TARGETS: Final = "connect_targets"
"""In the state of a request: the origins beside our own that the scripts of its page may ask."""


class TooLargeError(Exception):
    """The body is larger than any form of ours."""


class Middleware:
    """`await app(scope, receive, send)` for the sign-in host; `host` is its name and port, as browsers send them.

    `larger_bodies` are the paths to which more than `MAX_BODY_BYTES` may be sent, `larger_below` what those paths
    begin with that are answered beside the pages. Nothing is read of a body before
    whoever sent it was let in.
    """

    def __init__(
        self,
        app: App,
        host: str,
        larger_bodies: Mapping[str, int] = MappingProxyType({}),
        larger_below: Mapping[str, int] = MappingProxyType({}),
    ) -> None:
        self._app = app
        self._larger_bodies = larger_bodies
        self._larger_below = larger_below
        self._host = host.lower().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_asset = scope["path"].startswith(PREFIX)
        scope["state"] = dict(scope.get("state") or {})
        has_begun = False

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            nonlocal has_begun
            if message["type"] == "http.response.start":
                has_begun = True
                fields = [(n, v) for n, v in message.get("headers", []) if n.lower() not in _OURS]
                if not (is_asset and message["status"] == 200):
                    fields = [(n, v) for n, v in fields if n.lower() != b"cache-control"] + [_NO_STORE]
                message = {**message, "headers": [*fields, *_headers(scope["state"])]}
            await send(message)

        wrong = self._refused(scope)
        if wrong:
            await _plain(send_with_headers, *wrong)
            return
        try:
            await self._app(
                scope,
                _bounded(receive, scope, self._most(scope["path"])),
                send_with_headers,
            )
        except TooLargeError:
            if not has_begun:
                await _plain(send_with_headers, 413, "This exceeds the size limit for forms.")

    def _most(self, path: str) -> int:
        """How many bytes may be sent to a path."""
        below = next((most for begins, most in self._larger_below.items() if path.startswith(begins)), MAX_BODY_BYTES)
        return self._larger_bodies.get(path, below)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        """Why the request is not looked at, or None. RFC 9110 section 7.4: another host's requests are misdirected."""
        hosts = [value for name, value in scope["headers"] if name == b"host"]
        if len(hosts) != 1 or hosts[0].lower() != self._host:
            return 421, "This is not the sign-in host."
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string", b"")) > MAX_TARGET_BYTES:
            return 414, "This address is too long."
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if not length.isdigit() or len(length) > 12:
            return 413, "This exceeds the size limit for forms."
        return None


def _headers(state: Mapping[str, Any]) -> Sequence[tuple[bytes, bytes]]:
    """What is sent with every response. Where its page posts or asks elsewhere, the policy names where (CSP 3)."""
    elsewhere = {"form-action": state.get(FORM_TARGETS, ()), "connect-src": state.get(CONNECT_TARGETS, ())}
    if not any(elsewhere.values()):
        return HEADERS
    policy = CSP
    for directive, targets in elsewhere.items():
        policy = policy.replace(f"{directive} 'self'", " ".join([f"{directive} 'self'", *map(_source, targets)]))
    return tuple((name, policy.encode() if name == b"content-security-policy" else value) for name, value in HEADERS)


def _source(url: str) -> str:
    """An address as a source expression, which has neither a query nor what separates policies."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{quote(parts.path, safe=_PATH)}"


def _bounded(receive: Receive, scope: Scope, most: int) -> Receive:
    """The body up to the bound. One that says it is larger is not read at all: whoever asks for it learns it then, so
    that a person is answered with a page.
    """
    left = most
    said = next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)

    async def receive_bounded() -> MutableMapping[str, Any]:
        nonlocal left
        if said > most:
            raise TooLargeError
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLargeError
        return message

    return receive_bounded


async def _plain(send: Send, status: int, text: str) -> None:
    body = text.encode()
    fields = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": fields})
    await send({"type": "http.response.body", "body": body})
