"""What agents send: one JWS, read within bounds and believed only by the key that is known (RFC 7515, RFC 7519).

Nothing that a header says of keys is followed: enrolment names its own key, which is then only as good as whoever
confirms it; everything else is signed by the key of the device that it names.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

import msgspec

from limen.clock import SECOND, Instant, Milliseconds
from limen.errors import LimenError

LONGEST: Final = 64 * 1024
DEEPEST: Final = 8
CLOCKS: Final[Milliseconds] = 300 * SECOND
"""How far a device's clock may be from ours."""
ALGORITHM: Final = "ES256"
_COMPACT: Final = re.compile(rb"[A-Za-z0-9_-]{1,2000}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{86}")
_INTERVAL: Final = re.compile(rb'"why"\s*:\s*"interval"')
_COORDINATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Kind(StrEnum):
    """Which message it is: its `typ`."""

    ENROL = "limen-enrol+jwt"
    REPORT = "limen-report+jwt"
    STREAM = "limen-stream+jwt"
    PROOF = "limen-proof+jwt"
    CERTIFICATE = "limen-certificate+jwt"
    LOGS = "limen-logs+jwt"
    TUNNEL = "limen-tunnel+jwt"


class RefusedError(LimenError):
    """A message that is not taken: `status` of HTTP and `error` as docs/explanation/agent-wire.md names them."""

    def __init__(self, status: int, error: str, what: str, fix: str = "") -> None:
        super().__init__(what, fix)
        self.status = status
        self.error = error


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it came: nothing of it is proved. `digest` is the SHA-256 of all of it, as the next one names it."""

    kind: Kind
    device_id: str
    jwk: Mapping[str, str] | None
    claims: Mapping[str, Any]
    digest: bytes
    compact: bytes = field(repr=False)


def read(compact: bytes, kind: Kind) -> Message:
    """A message of this kind. Raises RefusedError for whatever is none."""
    if len(compact) > LONGEST:
        raise RefusedError(413, "too_large", "the message is longer than 64 KiB", "report less evidence")
    if not _COMPACT.fullmatch(compact):
        raise malformed("it is no compact JWS with an ES256 signature")
    head, body, _ = compact.split(b".")
    header, claims = _object(head, "header"), _object(body, "claims")
    if header.get("alg") != ALGORITHM or header.get("typ") != kind:
        raise malformed(f"its header does not say {ALGORITHM} and {kind}")
    wanted = "jwk" if kind is Kind.ENROL else "kid"
    if set(header) != {"alg", "typ", wanted}:
        raise malformed(f"its header has to say alg, typ, {wanted} and nothing else")
    named = header[wanted]
    if kind is Kind.ENROL:
        return Message(kind, "", public_key(named), claims, sha256(compact).digest(), compact)
    if not isinstance(named, str) or not 0 < len(named) <= 40:
        raise malformed("kid names no device")
    return Message(kind, named, None, claims, sha256(compact).digest(), compact)


def says_interval(compact: bytes) -> bool:
    """Whether a report says of itself, before its checks, that it may wait for others. Nothing else of it is read, and
    nothing believed.
    """
    at = compact.find(b".") + 1
    start = compact[at : at + 1_024].partition(b".")[0]
    try:
        return bool(_INTERVAL.search(base64.urlsafe_b64decode(start + b"=" * (-len(start) % 4))))
    except ValueError:
        return False


def imported(jwk: Mapping[str, str]) -> Any:
    """A public key as joserfc has it. Raises ValueError and joserfc's errors where it is no point of the curve."""
    from joserfc.jwk import ECKey  # noqa: PLC0415 -- heavy: no start waits for it

    return ECKey.import_key(dict(jwk))


def verify(message: Message, jwk: Mapping[str, str]) -> None:
    """Believe the signature by this public key, and by nothing else. Raises RefusedError."""
    verify_by(message, importable(jwk))


def importable(jwk: Mapping[str, str]) -> Any:
    """The key that a stranger named, imported. Raises RefusedError where it is no point of the curve."""
    try:
        return imported(jwk)
    except Exception:  # noqa: BLE001 -- whatever strangers send that is no key
        raise malformed("jwk is no point of P-256") from None


def verify_by(message: Message, key: Any) -> None:
    """The same by a key that was imported before. Raises RefusedError."""
    from joserfc import jws  # noqa: PLC0415 -- as above

    try:
        signed = jws.extract_compact(message.compact)
        is_good = jws.validate_compact(signed, key, algorithms=[ALGORITHM])
    except Exception:  # noqa: BLE001 -- whatever strangers send that this key did not sign
        is_good = False
    if not is_good:
        raise not_this_device()


def judge_claims(message: Message, audience: str, now: Instant) -> None:
    """Whether it is for us and of now. Raises RefusedError."""
    if message.claims.get("aud") != audience:
        raise malformed("aud is not the address of this Limen")
    signed_at = message.claims.get("iat")
    if type(signed_at) is not int or not 0 <= signed_at < 1 << 40:
        raise malformed("iat is no time")
    if abs(signed_at * SECOND - now) > CLOCKS:
        raise RefusedError(
            400, "clock", "the clock of this device is more than five minutes off", "set it by a time server"
        )


def text(claims: Mapping[str, Any], name: str, longest: int, *, default: str | None = None) -> str:
    """A printable text. Raises RefusedError where it is none, or is missing and there is no default."""
    value = claims.get(name, default)
    if not isinstance(value, str) or len(value) > longest or not value.isprintable():
        raise malformed(f"{name} is no text of at most {longest} characters")
    return value


def thumbprint(jwk: Mapping[str, str]) -> str:
    """The key's own name (RFC 7638)."""
    members = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(members, sort_keys=True, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(sha256(canonical).digest()).rstrip(b"=").decode()


def encoded(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(written: str, longest: int) -> bytes:
    """The bytes of base64url without padding. Raises RefusedError."""
    is_written = len(written) <= longest * 4 // 3 + 4 and re.fullmatch(r"[A-Za-z0-9_-]*", written)
    if not is_written or len(written) % 4 == 1:
        raise malformed("it holds something that is no base64url")
    return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4))


def not_this_device() -> RefusedError:
    """One answer for an unknown device, an ended one, and a wrong signature: strangers learn nothing of which."""
    return RefusedError(
        401, "not_this_device", "Limen does not know this device, or it did not sign this", "enrol it again"
    )


def malformed(what: str) -> RefusedError:
    """What is sent means nothing to us."""
    return RefusedError(400, "malformed", what, "update limen-agent")


def _object(part: bytes, what: str) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)))
    except (ValueError, msgspec.DecodeError, RecursionError):
        raise malformed(f"its {what} is no JSON") from None
    if not isinstance(found, dict) or is_deeper(found, DEEPEST):
        raise malformed(f"its {what} is no JSON object of at most {DEEPEST} levels")
    return found


def is_deeper(value: Any, levels: int) -> bool:
    """Whether objects and lists stand within each other more levels deep than that; those that are empty count, too."""
    layer = [value] if type(value) is dict or type(value) is list else []
    while layer and levels:
        within = [one.values() if type(one) is dict else one for one in layer]
        layer = [one for some in within for one in some if type(one) is dict or type(one) is list]
        levels -= 1
    return bool(layer)


def public_key(value: object) -> Mapping[str, str]:
    """The public half of a P-256 key, and nothing else. Raises RefusedError."""
    if not isinstance(value, dict) or set(value) != {"kty", "crv", "x", "y"}:
        raise malformed("jwk has to be kty, crv, x and y of a public key")
    if value["kty"] != "EC" or value["crv"] != "P-256":
        raise malformed("jwk has to be a P-256 key")
    if not all(isinstance(value[one], str) and _COORDINATE.fullmatch(value[one]) for one in ("x", "y")):
        raise malformed("jwk has no point")
    return {name: str(value[name]) for name in ("crv", "kty", "x", "y")}
