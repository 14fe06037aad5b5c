"""Whether a token of an issuer holds: ID tokens (OpenID Connect Core section 3.1.3.7) and logout tokens (Back-Channel
Logout 1.0 section 2.6). Pure: the keys, and the time, are given.
"""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256, sha384, sha512
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from limen.clock import MINUTE, SECOND, Instant, Milliseconds
from limen.errors import LimenError
from limen.facts import Issuer
from limen.sso.upstream.metadata import ALGORITHMS

if TYPE_CHECKING:
    from joserfc.jwk import Key

Keys: TypeAlias = "Sequence[Mapping[str, Any]]"
"""The keys of a JWK Set (RFC 7517), as the issuer publishes them."""
LONGEST: Final = 32_768
MOST_KEYS: Final = 100
SKEW: Final[Milliseconds] = MINUTE
"""How far an issuer's clock may be from ours."""
OLDEST: Final[Milliseconds] = 10 * MINUTE
"""How long ago a token may have been issued: it comes straight from the issuer."""
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
_KEY_TYPES: Final = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_BROUGHT: Final = frozenset({"jwk", "jku", "x5u", "x5c", "crit"})
"""Header fields by which a token would bring its own key, or asks for what is not understood."""
_HASHES: Final = {"256": sha256, "384": sha384, "512": sha512}


class TokenRefusedError(LimenError):
    """A token proves nothing. `word` says why, for the journal: a word of ours."""

    def __init__(self, word: str) -> None:
        super().__init__("The sign-in service's answer can't be trusted", "try again, or sign in another way")
        self.word = word


class UnknownKeyError(TokenRefusedError):
    """It is signed by a key that is not among these: the issuer may have a new one."""

    def __init__(self) -> None:
        super().__init__("key-unknown")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an ID token has to answer. `access_token` is what came with it, "" where nothing did."""

    nonce: str
    access_token: str = ""


def id_token(token: str, keys: Keys, issuer: Issuer, expected: Expected, now: Instant) -> dict[str, Any]:
    """The claims of an ID token. Raises TokenRefusedError; UnknownKeyError where newer keys might know it."""
    claims, algorithm = _verified(token, keys, {"", "JWT"})
    _check_parties(claims, issuer)
    _check_times(claims, now)
    if not compare_digest(_text(claims, "nonce").encode(), expected.nonce.encode()) or not expected.nonce:
        raise TokenRefusedError("nonce-wrong")
    if "at_hash" in claims and _text(claims, "at_hash") != _half_hash(expected.access_token, algorithm):
        raise TokenRefusedError("at-hash-wrong")
    _subject(claims)
    return claims


def hint(token: str, keys: Keys, issuer: Issuer, now: Instant) -> dict[str, Any]:
    """The claims of an ID token that only says whom its issuer means (`id_token_hint`). Raises as `id_token` does.

    Entra ID issues it as expired, so that it serves for nothing else; how long ago it was issued counts.
    """
    claims, _ = _verified(token, keys, {"", "JWT"})
    _check_parties(claims, issuer)
    _check_issued(claims, now)
    _subject(claims)
    return claims


def logout_token(token: str, keys: Keys, issuer: Issuer, now: Instant) -> dict[str, Any]:
    """The claims of a logout token; whether its `jti` came before is for the caller. Raises as `id_token` does.

    It may say no end, as in the drafts before 1.0 (LemonLDAP::NG): how long ago it was issued counts, and it only ever
    ends access.
    """
    claims, _ = _verified(token, keys, {"", "JWT", "logout+jwt"})
    _check_parties(claims, issuer)
    _check_times(claims, now, needs_end=False)
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        raise TokenRefusedError("no-logout-token")
    if "nonce" in claims:
        raise TokenRefusedError("no-logout-token")
    if not _text(claims, "jti"):
        raise TokenRefusedError("jti-missing")
    if not _text(claims, "sid"):
        _subject(claims)
    return claims


def security_event(token: str, keys: Keys) -> dict[str, Any]:
    """The claims of a security event token (RFC 8417 section 2.3), after its signature alone. Raises as `id_token`."""
    return _verified(token, keys, {"secevent+jwt"})[0]


def issuer_in(token: str) -> str:
    """Who a token says it is from, before anything of it is believed; "" where it says nothing."""
    import msgspec  # noqa: PLC0415 -- with it
    from joserfc import jws  # noqa: PLC0415 -- heavy, and only who signs in by an issuer needs it

    try:
        claims = msgspec.json.decode(jws.extract_compact(token[: LONGEST + 1].encode()).payload)
    except Exception:  # noqa: BLE001 -- whatever strangers send that is no token
        return ""
    said = claims.get("iss", "") if isinstance(claims, dict) else ""
    return said if isinstance(said, str) else ""


# The signature


def _verified(token: str, keys: Keys, types: set[str]) -> tuple[dict[str, Any], str]:
    from joserfc import jws, jwt  # noqa: PLC0415 -- heavy, and only who signs in by an issuer needs it
    from joserfc.errors import JoseError  # noqa: PLC0415 -- the same

    if len(token) > LONGEST or not token.isascii():
        raise TokenRefusedError("garbage")
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError, TypeError):
        raise TokenRefusedError("garbage") from None
    algorithm, kind = header.get("alg"), header.get("typ", "")
    if algorithm not in ALGORITHMS:
        raise TokenRefusedError("algorithm-refused")
    if _BROUGHT & header.keys() or not isinstance(kind, str) or kind.removeprefix("application/") not in types:
        raise TokenRefusedError("header-refused")
    for key in _keys_for(keys, str(algorithm), header.get("kid")):
        try:
            claims = jwt.decode(token, key, algorithms=[str(algorithm)]).claims
        except (JoseError, ValueError, TypeError, RecursionError):
            continue
        return dict(claims), str(algorithm)
    raise TokenRefusedError("signature-wrong")


def _keys_for(keys: Keys, algorithm: str, kid: object) -> Iterable[Key]:
    """The keys that may have signed this: of the right type, for signing, for this algorithm, and of this name.

    Raises UnknownKeyError where there is none, TokenRefusedError where a token that names none could be of several.
    """
    from joserfc.errors import JoseError  # noqa: PLC0415 -- as above
    from joserfc.jwk import import_key  # noqa: PLC0415 -- the same

    fit = [
        one
        for one in keys[:MOST_KEYS]
        if one.get("kty") == _KEY_TYPES[algorithm[:2]]
        and one.get("use", "sig") == "sig"
        and one.get("alg", algorithm) == algorithm
        and (kid is None or one.get("kid") == kid)
    ]
    if not fit:
        raise UnknownKeyError
    if kid is None and len(fit) > 1:
        raise TokenRefusedError("key-unnamed")
    public = []
    for one in fit:
        try:
            public.append(import_key({name: value for name, value in one.items() if name not in {"d", "k", "p", "q"}}))
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    return public


# The claims


def _check_parties(claims: Mapping[str, Any], issuer: Issuer) -> None:
    """Whose it is, and for whom."""
    if claims.get("iss") != issuer.url:
        raise TokenRefusedError("issuer-wrong")
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or issuer.client_id not in audiences:
        raise TokenRefusedError("audience-wrong")
    if ("azp" in claims or len(audiences) > 1) and claims.get("azp") != issuer.client_id:
        raise TokenRefusedError("party-wrong")


def _check_times(claims: Mapping[str, Any], now: Instant, *, needs_end: bool = True) -> None:
    if now - SKEW >= instant(claims, "exp") > 0:
        raise TokenRefusedError("expired")
    _check_issued(claims, now, needs_end=needs_end)


def _check_issued(claims: Mapping[str, Any], now: Instant, *, needs_end: bool = True) -> None:
    issued = instant(claims, "iat")
    if not issued or (not instant(claims, "exp") and (needs_end or "exp" in claims)):
        raise TokenRefusedError("time-missing")
    if issued > now + SKEW or instant(claims, "nbf") > now + SKEW:
        raise TokenRefusedError("not-yet")
    if issued < now - OLDEST - SKEW:
        raise TokenRefusedError("too-old")


def instant(claims: Mapping[str, Any], name: str) -> Instant:
    """The instant that a claim gives in seconds; 0 where there is none that can be."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1 << 40:
        return 0
    return int(value) * SECOND


def _subject(claims: Mapping[str, Any]) -> str:
    """Core section 2: at most 255 ASCII characters."""
    subject = _text(claims, "sub")
    if not subject or len(subject) > 255 or not subject.isascii() or not subject.isprintable():
        raise TokenRefusedError("subject-wrong")
    return subject


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value if isinstance(value, str) else ""


def _half_hash(access_token: str, algorithm: str) -> str:
    """`at_hash`: the left half of the hash that belongs to the algorithm (Core section 3.1.3.6)."""
    digest = _HASHES.get(algorithm[-3:], sha512)(access_token.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
