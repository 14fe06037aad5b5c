"""Certificates for keys that tokens are signed with: some clients want a key in one (`x5c`, RFC 7517 section 4.7).

They prove nothing beyond the key: each is signed by the key itself, and is the same each time it is made.
"""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Any, Final

from limen.clock import DAY, SECOND, Instant, Milliseconds

if TYPE_CHECKING:
    from joserfc.jwk import Key

LASTS: Final[Milliseconds] = 366 * DAY
"""Longer than any key signs: whoever reads it may look at its end."""


def self_signed(key: Key, key_id: str, made_at: Instant) -> dict[str, Any]:
    """`x5c` and `x5t` of an RSA key. PKCS #1 v1.5 signs alike each time, so nothing has to be kept."""
    from cryptography import x509  # noqa: PLC0415 -- heavy: only who publishes some waits for it
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415 -- as above
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415 -- as above

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Limen {key_id}"[:64])])
    serial = int.from_bytes(sha256(key_id.encode()).digest()[:16], "big") | 1
    private: Any = key.get_op_key("sign")
    built = x509.CertificateBuilder(name, name, private.public_key(), serial)
    dated = built.not_valid_before(_date(made_at)).not_valid_after(_date(made_at + LASTS))
    written = dated.sign(private, SHA256()).public_bytes(Encoding.DER)
    thumbprint = urlsafe_b64encode(sha1(written, usedforsecurity=False).digest()).rstrip(b"=").decode()
    return {"x5c": [b64encode(written).decode()], "x5t": thumbprint}


def _date(instant: Instant) -> datetime:
    return datetime.fromtimestamp(instant // SECOND, UTC)
