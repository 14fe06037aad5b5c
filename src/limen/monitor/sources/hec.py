"""The HTTP event collector that many products send to, as Splunk documents it: what is sent, and how it is answered.

`{"event": …, "time": seconds, "host": …}`, any number of them one behind the other. What surrounds an event goes into
it where the event itself does not say it.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from limen.errors import LimenError

MOST_BYTES: Final = 4 << 20
"""Of one request, as it comes over the wire."""
MOST_UNPACKED: Final = 16 << 20
"""The same unpacked: what compresses better than logs do is no log."""
MOST_EVENTS: Final = 20_000
LONGEST_EVENT: Final = 256 << 10
"""Bytes of one event with what surrounds it. It is taken apart here, beside decisions: many small values in a large one
take seconds in which nothing else runs, and thirty times its size in memory.
"""
_USUAL_EVENT: Final = 8 << 10
_SPACES: Final = b" \t\r\n"
_BETWEEN: Final = re.compile(rb"\}[ \t\r]*\{")
_SCANNER: Final = json.JSONDecoder()
_AROUND: Final = ("time", "host", "source", "sourcetype")


class HecError(LimenError):
    """A request that can't be taken. `status` is HTTP's, `code` and `what` the collector's own."""

    def __init__(self, status: int, code: int, what: str, number: int = -1) -> None:
        super().__init__(what, "")
        self.status = status
        self.code = code
        self.number = number

    @property
    def answer(self) -> dict[str, Any]:
        at = {"invalid-event-number": self.number} if self.number >= 0 else {}
        return {"text": self.what, "code": self.code, **at}


SUCCESS: Final = {"text": "Success", "code": 0}
HEALTHY: Final = {"text": "HEC is healthy", "code": 17}


def token_required() -> HecError:
    return HecError(401, 2, "Token is required")


def invalid_authorization() -> HecError:
    return HecError(401, 3, "Invalid authorization")


def invalid_token() -> HecError:
    return HecError(403, 4, "Invalid token")


def no_data() -> HecError:
    return HecError(400, 5, "No data")


def invalid_format(number: int = -1) -> HecError:
    return HecError(400, 6, "Invalid data format", number)


def busy() -> HecError:
    return HecError(503, 9, "Server is busy")


def no_channel() -> HecError:
    return HecError(400, 10, "Data channel is missing")


def unhealthy() -> HecError:
    return HecError(503, 18, "HEC is unhealthy, queues are full")


def token_of(authorization: str) -> str:
    """The token of `Authorization: Splunk TOKEN`; `Bearer` is taken, too. Raises HecError."""
    if not authorization:
        raise token_required()
    scheme, _, token = authorization.partition(" ")
    if scheme.casefold() not in {"splunk", "bearer"} or not token.strip():
        raise invalid_authorization()
    return token.strip()


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body as it was before it was packed (`gzip`, or "" for not). Raises HecError."""
    if not encoding or encoding == "identity":
        return body
    if encoding != "gzip":
        raise HecError(415, 6, "Invalid data format")
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unpacking.decompress(body, MOST_UNPACKED)
    except zlib.error:
        raise invalid_format() from None
    if unpacking.unconsumed_tail:
        raise HecError(413, 6, "Invalid data format")
    if not unpacking.eof or unpacking.unused_data:
        raise invalid_format()
    return found


def events_of(body: bytes) -> list[bytes]:
    """Each event as JSON of its own; a text that is no object as `{"message": …}`. Raises HecError."""
    found = [_event(envelope, number) for number, envelope in enumerate(_envelopes(body))]
    if not found:
        raise no_data()
    return found


def _envelopes(body: bytes) -> Iterator[Any]:
    """Objects one behind the other, with or without a line for each. One a line is the usual, and the quick, way."""
    lines = [line for written in body.split(b"\n") if (line := written.strip(_SPACES))]
    is_by_line = all(line[:1] == b"{" and line[-1:] == b"}" and not _BETWEEN.search(line) for line in lines)
    for number, one in enumerate(map(_decoded, range(len(lines)), lines) if is_by_line else _objects(body)):
        if number >= MOST_EVENTS:
            raise HecError(413, 6, "Invalid data format", MOST_EVENTS)
        yield one


def _decoded(number: int, line: bytes) -> Any:
    if len(line) > LONGEST_EVENT:
        raise HecError(413, 6, "Invalid data format", number)
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise invalid_format(number) from None


def _objects(body: bytes) -> Iterator[Any]:
    """Each where the one before it ends."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise invalid_format(0) from None
    at, number = _behind_spaces(text, 0), 0
    while at < len(text):
        found, size = _object_at(text, at, number)
        yield found
        at, number = _behind_spaces(text, at + size), number + 1


def _object_at(text: str, at: int, number: int) -> tuple[Any, int]:
    """The object that begins there, and how long it is: looked for in a piece, and then in as much as one may have."""
    try:
        return _SCANNER.raw_decode(text[at : at + _USUAL_EVENT])
    except (ValueError, RecursionError):
        pass
    try:
        return _SCANNER.raw_decode(text[at : at + LONGEST_EVENT])
    except (ValueError, RecursionError):
        raise invalid_format(number) from None


def _behind_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in " \t\r\n":
        at += 1
    return at


def _event(said: Any, number: int) -> bytes:
    if not isinstance(said, dict):
        raise invalid_format(number)
    if "event" not in said:
        raise HecError(400, 12, "Event field is required", number)
    event = said["event"]
    if event in ("", None):
        raise HecError(400, 13, "Event field cannot be blank", number)
    try:
        return msgspec.json.encode(_whole(said, event))
    except (ValueError, OverflowError, RecursionError):  # half a surrogate, a number without end
        raise invalid_format(number) from None


def _whole(said: dict[str, Any], event: Any) -> dict[str, Any]:
    """The event, with what surrounds it where it does not say it itself."""
    inner = event if isinstance(event, dict) else {"message": event if isinstance(event, str) else _text(event)}
    around = {name: said[name] for name in _AROUND if name in said and name not in inner}
    fields = said.get("fields")
    if isinstance(fields, dict):
        around |= {name: value for name, value in fields.items() if name not in inner and name not in around}
    return inner | around


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
