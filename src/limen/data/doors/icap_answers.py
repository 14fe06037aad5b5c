"""What Limen answers a proxy by ICAP (RFC 3507): what it offers, "unchanged", the message as it came, or a refusal."""

from __future__ import annotations

from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Final

from limen.data.doors.icap_reading import IcapRequest

PREVIEW: Final = 1_024
OPTIONS_SECONDS: Final = 300
"""So long a proxy may remember what is offered."""
CONTINUE: Final = b"ICAP/1.0 100 Continue\r\n\r\n"

_PHRASES: Final = {
    200: "OK",
    204: "No modifications needed",
    400: "Bad request",
    404: "ICAP Service not found",
    405: "Method not allowed for service",
    408: "Request timeout",
    500: "Server error",
    503: "Service overloaded",
    505: "ICAP version not supported",
}


def _head(status: int, tag: str, *fields: str) -> bytes:
    lines = (f"ICAP/1.0 {status} {_PHRASES[status]}", f'ISTag: "{tag}"', *fields)
    return "\r\n".join((*lines, "", "")).encode("latin-1")


def options(tag: str, method: str, connections: int) -> bytes:
    """What the service of this method offers (section 4.10). A message is answered in two ways, so there is no 206."""
    return _head(
        200,
        tag,
        f"Methods: {method}",
        "Service: Limen",
        "Service-ID: limen",
        "Allow: 204",
        f"Preview: {PREVIEW}",
        "Transfer-Preview: *",
        f"Max-Connections: {connections}",
        f"Options-TTL: {OPTIONS_SECONDS}",
        "X-Include: X-Authenticated-User",
        "Encapsulated: null-body=0",
    )


def unchanged(tag: str) -> bytes:
    return _head(204, tag, "Encapsulated: null-body=0")


def wrong(status: int, tag: str) -> bytes:
    """What ends the connection: nothing of what follows would be read."""
    return _head(status, tag, "Connection: close", "Encapsulated: null-body=0")


async def as_it_came(tag: str, request: IcapRequest, body: AsyncIterator[bytes] | None) -> AsyncIterator[bytes]:
    """The message unchanged, in whole: for a proxy that did not allow to answer so in a word."""
    is_response = request.method == b"RESPMOD"
    head, kind = (request.response, "res") if is_response else (request.request, "req")
    parts = [f"{kind}-hdr=0"] if head.raw else []
    parts.append(f"{kind}-body={len(head.raw)}" if body is not None else f"null-body={len(head.raw)}")
    yield _head(200, tag, f"Encapsulated: {', '.join(parts)}") + head.raw
    if body is not None:
        async for piece in body:
            yield b"%x\r\n" % len(piece) + piece + b"\r\n"
        yield b"0\r\n\r\n"


def instead(tag: str, status: HTTPStatus, media_type: str, page: bytes, style: str) -> bytes:
    """A response that the proxy gives its client in place of what was sent. `style` is the source of its style, as a
    content security policy names it.
    """
    fields = (
        f"HTTP/1.1 {status.value} {status.phrase}",
        f"Content-Type: {media_type}",
        f"Content-Length: {len(page)}",
        "Cache-Control: no-store",
        f"Content-Security-Policy: default-src 'none'; style-src {style}; frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff",
        "Referrer-Policy: no-referrer",
    )
    head = "\r\n".join((*fields, "", "")).encode("latin-1")
    encapsulated = _head(200, tag, f"Encapsulated: res-hdr=0, res-body={len(head)}") + head
    return encapsulated + b"%x\r\n" % len(page) + page + b"\r\n0\r\n\r\n"
