"""Clients that prove themselves by a signed assertion (`private_key_jwt`, RFC 7523, OpenID Connect Core section 9).

Only keys that were registered count: what a header says of keys and algorithms is compared, and never followed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

from limen.clock import HOUR, MINUTE, SECOND, Instant
from limen.sso.oidc.public_keys import PublicKey, registry_of

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST: Final = 4_096
FARTHEST: Final = HOUR
"""How far ahead an assertion may end: clients say a minute to an hour. So long it is remembered that it was used."""
CLOCKS: Final = MINUTE
"""How far another machine's clock may be ahead of ours."""
_LONGEST_ID: Final = 200
_HEADER: Final = frozenset({"alg", "kid", "typ"})
_TYPES: Final = frozenset({"", "jwt", "client-authentication+jwt"})


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion as it came: nothing of it is proved. `client_id` is whose it says that it is, `signed` joserfc's."""

    client_id: str
    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: Any


@dataclass(frozen=True, slots=True)
class Proved:
    """What an assertion proves. It counts once: `id` names it until `until`. `key` is the thumbprint of its key."""

    client_id: str
    id: bytes
    until: Instant
    key: str


def read(text: str) -> Assertion | None:
    """What is sent as an assertion, as far as it can be one; None for anything else. It is neither long nor deep."""
    from joserfc import jws  # noqa: PLC0415 -- heavy: no start waits for it

    if not text or len(text) > LONGEST or not text.isascii():
        return None
    try:
        found = jws.extract_compact(text.encode())
        header, claims = found.headers(), json.loads(found.payload)
    except Exception:  # noqa: BLE001 -- whatever strangers send that is none
        return None
    if not isinstance(claims, dict) or not set(header) <= _HEADER:
        return None
    client_id, kind = claims.get("sub"), header.get("typ", "")
    if not isinstance(client_id, str) or not isinstance(header.get("kid", ""), str):
        return None
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        return None
    return Assertion(client_id, header, claims, found)


def judge(assertion: Assertion, keys: Iterable[PublicKey], audiences: Iterable[str], now: Instant) -> Proved | None:
    """What this assertion proves by one of its client's keys (RFC 7523 section 3); None where it proves nothing.

    Whether it was used before is the caller's to see to.
    """
    named = assertion.header.get("kid")
    for key in keys:
        if assertion.header.get("alg") != key.algorithm or (
            named is not None and named not in {key.id, key.thumbprint}
        ):
            continue
        if _is_signed(assertion.signed, key):
            return _proved(assertion.claims, assertion.client_id, key, frozenset(audiences), now)
    return None


def _is_signed(signed: Any, key: PublicKey) -> bool:
    from joserfc import jws  # noqa: PLC0415 -- as above

    try:
        return jws.validate_compact(signed, key.imported, registry=registry_of(key.algorithm))
    except Exception:  # noqa: BLE001 -- whatever strangers send that this key did not sign
        return False


def _proved(
    claims: Mapping[str, Any], client_id: str, key: PublicKey, audiences: frozenset[str], now: Instant
) -> Proved | None:
    audience, named = claims.get("aud"), claims.get("jti")
    if isinstance(audience, list) and len(audience) == 1:
        audience = audience[0]
    is_for_us = isinstance(audience, str) and audience in audiences
    is_of_it = claims.get("iss") == client_id == claims.get("sub")
    if not is_for_us or not is_of_it or not isinstance(named, str) or not 0 < len(named) <= _LONGEST_ID:
        return None
    until, begins = _instant(claims, "exp"), [_instant(claims, one) for one in ("iat", "nbf") if one in claims]
    if until is None or not now < until <= now + FARTHEST + CLOCKS or not all(_is_past(one, now) for one in begins):
        return None
    return Proved(client_id, sha256(named.encode("utf-8", "surrogatepass")).digest(), until, key.thumbprint)


def _is_past(instant: Instant | None, now: Instant) -> bool:
    return instant is not None and instant <= now + CLOCKS


def _instant(claims: Mapping[str, Any], name: str) -> Instant | None:
    """A NumericDate (RFC 7519 section 2) as an instant; None for anything that is none."""
    told = claims.get(name)
    if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < 1 << 40:
        return None
    return int(told * SECOND)
