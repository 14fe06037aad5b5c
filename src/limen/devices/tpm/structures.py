"""The three structures of a TPM that an enrolment holds, read to their last byte (TPM 2.0 Library, part 2).

A library for TPMs is built against C code that reads them in this process; what is needed of it here are a public key
and a statement, so they are read here, and nothing is taken on trust that has another length than it says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntFlag
from functools import partial
from typing import Final, TypeAlias, TypeVar

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

T = TypeVar("T")
Key: TypeAlias = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

_GENERATED: Final = 0xFF544347
"""TPM_GENERATED_VALUE: a restricted key signs nothing that begins so and was not made by its TPM."""
_ST_ATTEST_CERTIFY: Final = 0x8017
_RSA, _AES, _NULL, _ECDSA, _ECC, _CFB = 0x0001, 0x0006, 0x0010, 0x0018, 0x0023, 0x0043
_SCHEMES: Final = {_NULL: 0, 0x0014: 2, 0x0015: 0, 0x0016: 2, 0x0017: 2, _ECDSA: 2, 0x0019: 2}
"""Signing and sealing schemes, and how many bytes follow each: the hash that it is used with."""
_HASHES: Final[dict[int, hashes.HashAlgorithm]] = {0x000B: hashes.SHA256(), 0x000C: hashes.SHA384()}
_CURVES: Final[dict[int, ec.EllipticCurve]] = {0x0003: ec.SECP256R1(), 0x0004: ec.SECP384R1()}
_RSA_BITS: Final = frozenset({2048, 3072, 4096})
_USUAL_EXPONENT: Final = 65_537


class MalformedError(ValueError):
    """These bytes are not what they are said to be."""


class UnsupportedError(ValueError):
    """They may be, and Limen does not know the algorithm."""


class Attributes(IntFlag):
    """TPMA_OBJECT."""

    FIXED_TPM = 1 << 1
    FIXED_PARENT = 1 << 4
    SENSITIVE_DATA_ORIGIN = 1 << 5
    RESTRICTED = 1 << 16
    DECRYPT = 1 << 17
    SIGN = 1 << 18


_KNOWN: Final = sum(Attributes)
STAYS: Final = Attributes.FIXED_TPM | Attributes.FIXED_PARENT | Attributes.SENSITIVE_DATA_ORIGIN
"""Made by the TPM itself, and never leaving it in any form."""


@dataclass(frozen=True, slots=True)
class Public:
    """A TPM2B_PUBLIC. `name` is what the TPM calls this key by, made of all that is in it, its attributes too.

    `sealing_bits` is the length of the AES key that a key for sealing uses, 0 for others.
    """

    key: Key
    attributes: Attributes
    hash: hashes.HashAlgorithm
    name: bytes
    sealing_bits: int

    def is_a(self, purpose: Attributes) -> bool:
        """Whether it stays in its TPM, and is for exactly this."""
        purposes = Attributes.RESTRICTED | Attributes.DECRYPT | Attributes.SIGN
        return self.attributes & (STAYS | purposes) == STAYS | purpose


@dataclass(frozen=True, slots=True)
class Certified:
    """A TPM2B_ATTEST of TPM2_Certify: the name of the key that is certified, and the bytes that were signed."""

    name: bytes
    signed: bytes


class _Bytes:
    """Bytes that are read once, in order."""

    def __init__(self, raw: bytes) -> None:
        self._left = memoryview(raw)

    def take(self, length: int) -> bytes:
        if length > len(self._left):
            raise MalformedError("a structure ends early")
        taken, self._left = self._left[:length], self._left[length:]
        return bytes(taken)

    def number(self, length: int = 2) -> int:
        return int.from_bytes(self.take(length), "big")

    def sized(self) -> bytes:
        """A TPM2B: its length first."""
        return self.take(self.number())

    def end(self) -> None:
        if self._left:
            raise MalformedError("a structure has more in it than it says")


def public(raw: bytes) -> Public:
    """A TPM2B_PUBLIC. Raises MalformedError, UnsupportedError."""
    area = _whole(raw, _Bytes.sized)
    return _whole(area, partial(_public, area=area))


def certified(raw: bytes) -> Certified:
    """A TPM2B_ATTEST that certifies a key. Raises MalformedError."""
    signed = _whole(raw, _Bytes.sized)
    return _whole(signed, partial(_certified, signed=signed))


def signature(raw: bytes) -> bytes:
    """A TPMT_SIGNATURE, ECDSA with SHA-256, in DER. Raises MalformedError, UnsupportedError."""
    return _whole(raw, _signature)


def _whole(raw: bytes, read: Callable[[_Bytes], T]) -> T:
    source = _Bytes(raw)
    found = read(source)
    source.end()
    return found


def _public(source: _Bytes, area: bytes) -> Public:
    """A TPMT_PUBLIC."""
    kind, hash_id = source.number(), source.number()
    attributes = Attributes(source.number(4) & _KNOWN)
    source.sized()  # the policy: whoever holds the TPM may use its keys, whatever that says
    sealing_bits = _symmetric(source)
    _scheme(source)
    key = _ecc(source) if kind == _ECC else _rsa(source) if kind == _RSA else None
    if key is None or hash_id not in _HASHES:
        raise UnsupportedError("a key of its TPM is of a kind that Limen does not know")
    digest = hashes.Hash(_HASHES[hash_id])
    digest.update(area)
    name = hash_id.to_bytes(2, "big") + digest.finalize()
    return Public(key, attributes, _HASHES[hash_id], name, sealing_bits)


def _symmetric(source: _Bytes) -> int:
    """The bits of a TPMT_SYM_DEF_OBJECT; 0 for none."""
    algorithm = source.number()
    if algorithm == _NULL:
        return 0
    bits, mode = source.number(), source.number()
    if algorithm != _AES or mode != _CFB or bits not in {128, 256}:
        raise UnsupportedError("a key of its TPM seals in a way that Limen does not know")
    return bits


def _scheme(source: _Bytes) -> None:
    scheme = source.number()
    if scheme not in _SCHEMES:
        raise UnsupportedError("a key of its TPM signs in a way that Limen does not know")
    source.take(_SCHEMES[scheme])


def _ecc(source: _Bytes) -> ec.EllipticCurvePublicKey:
    """What is left of a TPMS_ECC_PARMS, and a TPMS_ECC_POINT."""
    curve, derivation = source.number(), source.number()
    if derivation != _NULL:
        source.take(2)
    x, y = source.sized(), source.sized()
    if curve not in _CURVES:
        raise UnsupportedError("a key of its TPM is on a curve that Limen does not know")
    if max(len(x), len(y)) > 48:
        raise MalformedError("a key of its TPM is no point of its curve")
    try:
        return ec.EllipticCurvePublicNumbers(_int(x), _int(y), _CURVES[curve]).public_key()
    except ValueError:
        raise MalformedError("a key of its TPM is no point of its curve") from None


def _rsa(source: _Bytes) -> rsa.RSAPublicKey:
    """What is left of a TPMS_RSA_PARMS, and the modulus."""
    bits, exponent, modulus = source.number(), source.number(4) or _USUAL_EXPONENT, _int(source.sized())
    if bits not in _RSA_BITS or exponent != _USUAL_EXPONENT:
        raise UnsupportedError("an RSA key of its TPM is of a kind that Limen does not know")
    if modulus.bit_length() != bits:
        raise MalformedError("an RSA key of its TPM is not as long as it says")
    try:
        return rsa.RSAPublicNumbers(exponent, modulus).public_key()
    except ValueError:
        raise MalformedError("an RSA key of its TPM is none") from None


def _certified(source: _Bytes, signed: bytes) -> Certified:
    """A TPMS_ATTEST with a TPMS_CERTIFY_INFO."""
    if source.number(4) != _GENERATED or source.number() != _ST_ATTEST_CERTIFY:
        raise MalformedError("what its TPM signed does not certify a key")
    source.sized()  # by whom: told by the signature
    source.sized()  # what the asker wanted in it: nothing, since the key that is certified signs a nonce of ours
    source.take(17 + 8)  # the clock and the firmware's version
    name = source.sized()
    source.sized()  # the name with its parents': that it stays in the TPM says enough of them
    return Certified(name, signed)


def _signature(source: _Bytes) -> bytes:
    algorithm, hash_id = source.number(), source.number()
    if algorithm != _ECDSA or hash_id not in _HASHES or _HASHES[hash_id].name != "sha256":
        raise UnsupportedError("its TPM signs in a way that Limen does not know")
    r, s = source.sized(), source.sized()
    if not 0 < max(len(r), len(s)) <= 32:
        raise MalformedError("the signature of its TPM is none")
    return encode_dss_signature(_int(r), _int(s))


def _int(raw: bytes) -> int:
    return int.from_bytes(raw, "big")
