"""Public keys by which clients prove themselves (RFC 7517): read once, each used with one algorithm alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from limen.errors import LimenError

if TYPE_CHECKING:
    from joserfc.jwk import Key
    from joserfc.jws import JWSRegistry

ALGORITHMS: Final = ("ES256", "EdDSA", "RS256")
LONGEST: Final = 4_096
LONGEST_ID: Final = 100
_RSA_BITS: Final = range(2_048, 4_097)
"""Less is weak (NIST SP 800-131A); more costs us time with each guess of a stranger."""
_RSA_EXPONENT: Final = "AQAB"
_OF_A_KEY: Final[Mapping[str, tuple[str, ...]]] = {
    "EC": ("crv", "kty", "x", "y"),
    "OKP": ("crv", "kty", "x"),
    "RSA": ("e", "kty", "n"),
}
_CURVES: Final = {"EC": ("P-256", "ES256"), "OKP": ("Ed25519", "EdDSA")}
_PRIVATE: Final = frozenset({"d", "k", "p", "q", "dp", "dq", "qi", "oth"})


class PublicKeyError(LimenError):
    """A key that nobody may prove themselves by."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key. `id` is what its holder calls it, or its thumbprint (RFC 7638); `jwk` is it as JSON, and nothing else.

    It verifies `algorithm` and no other: a header never chooses (RFC 8725 section 3.1).
    """

    id: str
    thumbprint: str
    algorithm: str
    jwk: str

    @property
    def imported(self) -> Key:
        return _imported(self.jwk)


def read_jwk(told: Mapping[str, Any]) -> PublicKey:
    """A key as a JWK. Raises PublicKeyError for one that is secret, weak, or of another sort."""
    if _PRIVATE & set(told):
        raise PublicKeyError("this is a private key", "give its public half, and make a new one: it was shown")
    kind = told.get("kty")
    if not isinstance(kind, str) or kind not in _OF_A_KEY:
        raise PublicKeyError("this is no public key", "give a P-256, Ed25519 or RSA key")
    bare = {name: told.get(name) for name in _OF_A_KEY[kind]}
    jwk = json.dumps(bare, separators=(",", ":"))
    if not all(isinstance(value, str) for value in bare.values()) or len(jwk) > LONGEST:
        raise PublicKeyError("this is no public key", "give a P-256, Ed25519 or RSA key")
    curve, algorithm = _CURVES.get(kind, ("", "RS256"))
    if bare.get("crv", "") != curve:
        raise PublicKeyError("keys on this curve are not supported", f"make one on {curve}")
    if told.get("alg", algorithm) != algorithm or told.get("use", "sig") != "sig":
        raise PublicKeyError("this key is not for signing with " + algorithm, f"write `alg: {algorithm}`, or nothing")
    try:
        key = _imported(jwk)
        bits = getattr(key.public_key, "key_size", 0)
        thumbprint = str(key.thumbprint())
    except Exception:  # noqa: BLE001 -- whatever is written there that is no key
        raise PublicKeyError("this is no public key", "give a P-256, Ed25519 or RSA key") from None
    if kind == "RSA" and (bits not in _RSA_BITS or bare["e"] != _RSA_EXPONENT):
        raise PublicKeyError("this RSA key is not supported", "make one of 2048 to 4096 bits with the exponent 65537")
    named = told.get("kid", thumbprint)
    if not isinstance(named, str) or not 0 < len(named) <= LONGEST_ID:
        raise PublicKeyError("this key's `kid` can't be used", f"give it up to {LONGEST_ID} characters, or none")
    return PublicKey(named, thumbprint, algorithm, jwk)


def read_text(text: str) -> PublicKey:
    """A key as a file holds it, JWK or PEM. Raises PublicKeyError."""
    if len(text) > 2 * LONGEST:
        raise PublicKeyError("this is too long for a public key", "give a P-256, Ed25519 or RSA key")
    if "PRIVATE KEY" in text:
        raise PublicKeyError("this is a private key", "give its public half, and make a new one: it was shown")
    return read_jwk(_from_pem(text) if "-----BEGIN" in text else _from_json(text))


@cache
def registry_of(algorithm: str) -> JWSRegistry:
    """What has joserfc verify and sign by this algorithm and no other; put together once for each."""
    from joserfc.jws import JWSRegistry  # noqa: PLC0415 -- heavy: no start waits for it

    return JWSRegistry(algorithms=[algorithm])


@lru_cache(1_024)
def kept(jwk: str, named: str = "") -> PublicKey:
    """A key that was read before, from where it is kept."""
    told = json.loads(jwk)
    return read_jwk({**told, "kid": named} if named else told)


def _from_json(text: str) -> Mapping[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        told = None
    if not isinstance(told, dict):
        raise PublicKeyError(
            "this is no public key", "give a JWK, or a PEM file that begins with -----BEGIN PUBLIC KEY"
        )
    return told


def _from_pem(text: str) -> Mapping[str, Any]:
    from joserfc.jwk import ECKey, OKPKey, RSAKey  # noqa: PLC0415 -- heavy: no start waits for it

    for sort in (ECKey, OKPKey, RSAKey):
        try:
            return dict(sort.import_key(text).as_dict(private=False))
        except Exception:  # noqa: BLE001, S112 -- it may be of the next sort
            continue
    raise PublicKeyError("this is no public key", "give a P-256, Ed25519 or RSA key")


@lru_cache(1_024)
def _imported(jwk: str) -> Key:
    from joserfc.jwk import import_key  # noqa: PLC0415 -- heavy: no start waits for it

    return import_key(json.loads(jwk))
