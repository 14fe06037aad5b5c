"""What the authority of devices signs: a certificate of a day, for a key that a device made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from limen import private_authority
from limen.clock import HOUR, Instant, Milliseconds
from limen.devices import wire
from limen.private_authority import Authority, Issued, Proves

LIVES: Final[Milliseconds] = 24 * HOUR
RENEWED_AFTER: Final[Milliseconds] = LIVES // 2


def issued(authority: Authority, device_id: str, jwk: Mapping[str, str], now: Instant) -> Issued:
    """A certificate of a day for this key of a device, which proves a client and nothing else."""
    from cryptography import x509  # noqa: PLC0415 -- heavy, and only who issues one waits for it

    public = wire.imported(jwk).public_key
    names = [x509.UniformResourceIdentifier(f"urn:limen:device:{device_id}")]
    return private_authority.issued(authority, public, device_id, now, LIVES, Proves.CLIENT, names)
