"""Whether a message is its source's own: a signature over it and its time, or a token; and how its body is read.

Signatures are those of Standard Webhooks (https://www.standardwebhooks.com), which many products send, some under
the names of Svix: HMAC-SHA256 over `id.timestamp.body`. The id makes a message good once, the time for how long.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest, digest
from typing import Any, Final

import msgspec

from limen.clock import SECOND, Instant, Milliseconds
from limen.devices.wire import RefusedError, is_deeper
from limen.facts.signal_sources import Proves, SignalSource

LONGEST: Final = 64 * 1024
DEEPEST: Final = 16
CLOCKS: Final[Milliseconds] = 300 * SECOND
"""How far the clock of a source may be from ours."""
SECRET_BYTES: Final = 32
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 -- how Standard Webhooks begins a secret
_MOST_SIGNATURES: Final = 5
_NAMES: Final = ("webhook", "svix")
_ID: Final = re.compile(r"[!-~]{1,200}")
_SECONDS: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Once:
    """What makes a message good once, and until when a second one would count. None of a token's: it has no time."""

    id: str
    until: Instant


def new_secret() -> str:
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def verify(source: SignalSource, secret: str, headers: Mapping[str, str], body: bytes, now: Instant) -> Once | None:
    """Believe that this source sent this now. Raises RefusedError, the same whatever is not its own.

    Where a source has no secret, something is compared all the same: nobody learns which sources there are.
    """
    if source.proves is Proves.TOKEN:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        is_given = compare_digest(sha256(token.strip().encode()).digest(), sha256(secret.encode()).digest())
        if not (is_given and secret and scheme.casefold() == "bearer"):
            raise not_this_source()
        return None
    name = next((one for one in _NAMES if f"{one}-signature" in headers), _NAMES[0])
    sent_id, sent_at = headers.get(f"{name}-id", ""), headers.get(f"{name}-timestamp", "")
    if not _ID.fullmatch(sent_id) or not _SECONDS.fullmatch(sent_at):
        raise not_this_source()
    expected = digest(_key_of(secret), f"{sent_id}.{sent_at}.".encode() + body, "sha256")
    given = list(_signatures(headers.get(f"{name}-signature", "")))
    is_signed = any(compare_digest(expected, one) for one in given)
    if not (is_signed and secret):
        raise not_this_source()
    signed_at = int(sent_at) * SECOND
    if abs(signed_at - now) > CLOCKS:
        raise RefusedError(400, "clock", "it was signed more than five minutes from now", "send it anew")
    return Once(sent_id, signed_at + 2 * CLOCKS)


def signed_by(secret: str, id_: str, at_seconds: int, body: bytes) -> dict[str, str]:
    """The headers of a message that this secret signs, as `verify` expects them."""
    signature = digest(_key_of(secret), f"{id_}.{at_seconds}.".encode() + body, "sha256")
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(at_seconds),
        "webhook-signature": f"v1,{base64.b64encode(signature).decode()}",
    }


def read_json(body: bytes, *, by_line: bool = False) -> Any:
    """The JSON of a body, of bounded depth; where it is `by_line`, several values as a list. Raises RefusedError."""
    lines = body.split(b"\n") if by_line else [body]
    read = [_value(line) for line in lines if line.strip()] if by_line else [_value(body)]
    return read if by_line and len(read) != 1 else read[0] if read else []


def not_this_source() -> RefusedError:
    """One answer for an unknown source, a wrong secret and a message that was changed."""
    return RefusedError(401, "not_this_source", "Limen does not know this source, or it did not send this")


def malformed(what: str) -> RefusedError:
    return RefusedError(400, "malformed", what)


def _key_of(secret: str) -> bytes:
    """The bytes of a secret; of one in another form than Standard Webhooks has, those of its text."""
    if secret.startswith(SECRET_PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
        except (binascii.Error, ValueError):
            pass
    return secret.encode()


def _signatures(header: str) -> Iterator[bytes]:
    """Those of version 1; while a secret is being changed there may be several."""
    for one in header.split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]:
        version, _, written = one.partition(",")
        if version == "v1" and len(written) <= 64:
            try:
                yield base64.b64decode(written, validate=True)
            except (binascii.Error, ValueError):
                continue


def _value(text: bytes) -> Any:
    try:
        found = msgspec.json.decode(text)
    except (ValueError, RecursionError):
        raise malformed("its body is no JSON") from None
    if is_deeper(found, DEEPEST):
        raise malformed(f"its body is deeper than {DEEPEST} levels")
    return found
