"""What every kind of key can do, and the public part as messages carry it."""

from __future__ import annotations

import base64
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

Storage = Literal["tpm", "file"]


class DeviceKey(Protocol):
    """A P-256 key that signs."""

    @property
    def storage(self) -> Storage: ...

    @property
    def public(self) -> EllipticCurvePublicKey: ...

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256: r and s, 32 bytes each (RFC 7518, section 3.4). Raises AgentError."""
        ...


def public_jwk(key: EllipticCurvePublicKey) -> dict[str, str]:
    """The public key as a JWK (RFC 7518, section 6.2)."""
    numbers = key.public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": base64url(_32(numbers.x)), "y": base64url(_32(numbers.y))}


def raw_signature(r: int, s: int) -> bytes:
    return _32(r) + _32(s)


def base64url(value: bytes) -> str:
    """Without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Raises ValueError."""
    if not text.isascii() or "=" in text:
        raise ValueError("not base64url")
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def _32(number: int) -> bytes:
    return number.to_bytes(32, "big")
