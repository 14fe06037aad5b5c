"""What heads of requests and responses say of their bodies."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from limen.enforcement.headers import Fields
from limen.http_bodies.codings import acceptable

_ENDLESS: Final = frozenset({b"text/event-stream", b"multipart/x-mixed-replace", b"application/x-ndjson"})
_RANGES: Final = frozenset({b"range", b"if-range"})


def said_by(target: str) -> bytes:
    """What an address says behind the `?`, as text: it is sent as a body is."""
    return unquote_to_bytes(target.partition("?")[2].replace("+", " ").replace("&", "\n"))


def name_in(target: bytes) -> str:
    """What a request's target calls a file: the last segment of its path."""
    path = target.partition(b"?")[0].rpartition(b"/")[2]
    return unquote(path.decode("latin-1"), errors="replace")[:200]


def coding_of(fields: Fields) -> bytes:
    """All that Content-Encoding says, however many fields of it there are (RFC 9110 section 5.3)."""
    return b", ".join(value for name, value in fields if name == b"content-encoding")


def is_endless(content_type: bytes) -> bool:
    """Whether a response of this type is read as it comes, so that it can't be held to its end."""
    return content_type.partition(b";")[0].strip().lower() in _ENDLESS


def asked_whole(fields: Fields) -> Fields:
    """The request's fields where its response is looked into: the whole of it, in codings that can be undone.

    A part of a document could not be judged, and a server may always answer with all of it (RFC 9110 section 14.2).
    """
    return [
        (name, acceptable(value) if name == b"accept-encoding" else value)
        for name, value in fields
        if name not in _RANGES
    ]
