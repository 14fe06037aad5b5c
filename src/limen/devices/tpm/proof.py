"""What an enrolment says of its TPM, judged: the key that signs is in the TPM whose maker vouches for it.

The signing key is certified by a second one that signs nothing but its TPM's own statements; the TPM that its maker
certified has to prove, by opening a secret, that it holds this second one. What contradicts itself is refused; what is
right and not enough makes a key as one in a file, and says why.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from limen.clock import SECOND, Instant
from limen.devices import wire
from limen.devices.tpm.credential import make_credential
from limen.devices.tpm.makers import LONGEST_CHAIN, Makers
from limen.devices.tpm.structures import (
    Attributes,
    MalformedError,
    Public,
    UnsupportedError,
    certified,
    public,
    signature,
)

SECRET_BYTES: Final = 32
_LONGEST: Final = {
    "ek_certificate": 8_192,
    "ek_public": 1_024,
    "ak_public": 1_024,
    "key_public": 1_024,
    "certify_info": 1_024,
    "certify_signature": 1_024,
}
_CHAIN: Final = "ek_chain"
_NO_CERTIFICATE: Final = "its TPM came without a certificate of its maker"
_NO_MAKER: Final = "the maker of its TPM is none of those whose certificates are here"
_NOT_SENT: Final = "its agent sent no proof"


@dataclass(frozen=True, slots=True)
class Claim:
    """A key that may be in a TPM. `maker` is the fingerprint of who vouches for the TPM; "" leaves `doubt`, why not.

    `credential` and `secret` go to the agent, empty where there is nothing to open; `expected` is what is in them.
    """

    doubt: str = ""
    maker: str = ""
    credential: bytes = b""
    secret: bytes = b""
    expected: bytes = field(default=b"", repr=False)

    def judge_activated(self, activated: bytes) -> None:
        """Raises RefusedError where this is not what was sealed: no TPM answers so that could open it."""
        if not secrets.compare_digest(activated, self.expected):
            raise wire.RefusedError(403, "refused", "the TPM that was named did not open what was sealed for it")


def judge(said: object, jwk: Mapping[str, str], makers: Makers, now: Instant) -> Claim:
    """What there is to an enrolment's `tpm` (see docs/explanation/agent-wire.md). Raises RefusedError."""
    if said is None:
        return Claim(doubt=_NOT_SENT)
    parts, chain = _parts(said)
    try:
        endorsement, certifying, key = (public(parts[name]) for name in ("ek_public", "ak_public", "key_public"))
        _judge_key(key, certifying, parts, jwk)
        _judge_endorsement(endorsement, parts["ek_certificate"])
        doubt, maker = _maker(parts["ek_certificate"], chain, makers, now)
        expected = secrets.token_bytes(SECRET_BYTES)
        credential, secret = make_credential(endorsement, certifying.name, expected)
    except UnsupportedError as unsupported:
        return Claim(doubt=str(unsupported))
    except MalformedError as malformed:
        raise wire.malformed(str(malformed)) from None
    return Claim(doubt, maker, credential, secret, expected)


def _parts(said: object) -> tuple[dict[str, bytes], list[bytes]]:
    """The bytes of each part, and the certificates that lead on from the first. Raises RefusedError."""
    if not isinstance(said, dict) or not set(_LONGEST) <= set(said) <= {*_LONGEST, _CHAIN}:
        raise wire.malformed(f"tpm has to be {', '.join(_LONGEST)}")
    chain = said.get(_CHAIN, [])
    if not isinstance(chain, list) or len(chain) >= LONGEST_CHAIN:
        raise wire.malformed(f"{_CHAIN} is no list of fewer than {LONGEST_CHAIN}")
    parts = {name: _decoded(said[name], longest) for name, longest in _LONGEST.items()}
    return parts, [_decoded(one, _LONGEST["ek_certificate"]) for one in chain]


def _decoded(written: Any, longest: int) -> bytes:
    return wire.decoded(wire.text({"tpm": written}, "tpm", longest * 4 // 3 + 4), longest)


def _judge_key(key: Public, certifying: Public, parts: Mapping[str, bytes], jwk: Mapping[str, str]) -> None:
    """The key that signs is this one, stays in its TPM, and `certifying`, which can't lie, says so."""
    if not isinstance(key.key, ec.EllipticCurvePublicKey) or not _is(key.key, jwk):
        raise MalformedError("key_public is not the key that signed this")
    if not key.is_a(Attributes.SIGN):
        raise MalformedError("key_public may leave its TPM, or does more than to sign")
    if not certifying.is_a(Attributes.SIGN | Attributes.RESTRICTED):
        raise MalformedError("ak_public may leave its TPM, or signs what did not come from it")
    if not isinstance(certifying.key, ec.EllipticCurvePublicKey) or certifying.key.curve.name != "secp256r1":
        raise UnsupportedError("the key that certifies for its TPM is not of P-256")
    told = certified(parts["certify_info"])
    try:
        certifying.key.verify(signature(parts["certify_signature"]), told.signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise MalformedError("ak_public did not sign certify_info") from None
    if not secrets.compare_digest(told.name, key.name):
        raise MalformedError("certify_info certifies another key")


def _judge_endorsement(endorsement: Public, certificate: bytes) -> None:
    """The key that is sealed to seals for nobody but its TPM, and is the certificate's."""
    if not endorsement.is_a(Attributes.DECRYPT | Attributes.RESTRICTED) or not endorsement.sealing_bits:
        raise MalformedError("ek_public is no endorsement key")
    if certificate and _key_of(_certificate(certificate)) != endorsement.key:
        raise MalformedError("ek_certificate is of another key than ek_public")


def _maker(certificate: bytes, chain: list[bytes], makers: Makers, now: Instant) -> tuple[str, str]:
    """Why nobody vouches for this TPM, and who does."""
    if not certificate:
        return _NO_CERTIFICATE, ""
    at = datetime.fromtimestamp(now / SECOND, UTC)
    maker = makers.of(_certificate(certificate), [_certificate(one) for one in chain], at)
    return ("", maker) if maker else (_NO_MAKER, "")


def _certificate(der: bytes) -> x509.Certificate:
    try:
        return x509.load_der_x509_certificate(der)
    except (ValueError, x509.InvalidVersion):
        raise MalformedError("a certificate of its TPM is none") from None


def _key_of(certificate: x509.Certificate) -> object:
    try:
        return certificate.public_key()
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnsupportedError("the certificate of its TPM is of a key that Limen does not know") from None


def _is(key: ec.EllipticCurvePublicKey, jwk: Mapping[str, str]) -> bool:
    numbers = key.public_numbers()
    return key.curve.name == "secp256r1" and all(
        wire.encoded(value.to_bytes(32, "big")) == jwk.get(name) for name, value in (("x", numbers.x), ("y", numbers.y))
    )
