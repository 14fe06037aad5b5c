"""The HTTP event collector that many products send to, as Splunk documents it: what is sent, and how it is answered.

`{"event": …, "time": seconds, "host": …}`, any number of them one behind the other. What surrounds an event goes into
it where the event itself does not say it.
"""

from __future__ import annotations

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
_SPACES: Final = b" \t\r\n"
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


def _envelopes(body: bytes) -> Iterator[bytes]:
    """Objects one behind the other, with or without a line for each. One a line is the usual, and the quick, way."""
    lines = [line for written in body.split(b"\n") if (line := written.strip(_SPACES))]
    if all(line[:1] == b"{" and line[-1:] == b"}" and b"}{" not in line for line in lines):
        whole = lines
    else:
        whole = list(_objects(body))
    if len(whole) > MOST_EVENTS:
        raise HecError(413, 6, "Invalid data format", MOST_EVENTS)
    yield from whole


def _objects(body: bytes) -> Iterator[bytes]:
    """By their braces, outside of texts."""
    depth, begin, in_text, escaped = 0, -1, False, False
    number = 0
    for at, byte in enumerate(body):
        if in_text:
            in_text = byte != 0x22 or escaped
            escaped = byte == 0x5C and not escaped
        elif byte == 0x22 and depth:
            in_text, escaped = True, False
        elif byte == 0x7B:
            if not depth:
                begin = at
            depth += 1
        elif byte == 0x7D and depth:
            depth -= 1
            if not depth:
                number += 1
                if number > MOST_EVENTS:
                    raise HecError(413, 6, "Invalid data format", MOST_EVENTS)
                yield body[begin : at + 1]
        elif not depth and byte not in _SPACES:
            raise invalid_format(number)
    if depth:
        raise invalid_format(number)


def _event(envelope: bytes, number: int) -> bytes:
    try:
        said = msgspec.json.decode(envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise invalid_format(number) from None
    if not isinstance(said, dict):
        raise invalid_format(number)
    if "event" not in said:
        raise HecError(400, 12, "Event field is required", number)
    event = said["event"]
    if event in ("", None):
        raise HecError(400, 13, "Event field cannot be blank", number)
    inner = event if isinstance(event, dict) else {"message": event if isinstance(event, str) else _text(event)}
    around = {name: said[name] for name in _AROUND if name in said and name not in inner}
    fields = said.get("fields")
    if isinstance(fields, dict):
        around |= {name: value for name, value in fields.items() if name not in inner and name not in around}
    try:
        return msgspec.json.encode(inner | around)
    except RecursionError:
        raise invalid_format(number) from None


def _text(value: Any) -> str:
    return msgspec.json.encode(value).decode()
