"""The signature of evidence: its last line, a comment in CSV and in PDF, over all that stands before it.

It is Ed25519 (RFC 8032), by a key that is derived from the installation's own. Whoever has the public key verifies a
file with nothing else: no server, no database. Hexadecimal letters have one spelling, so no byte can be changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from limen.access.reviews.errors import EvidenceError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from limen.storage import Keyring

PURPOSE: Final = "evidence of access reviews"
_ABOUT: Final = b"limen review evidence v1\n"
_LINE: Final = re.compile(rb"([#%]) limen-review-signature ed25519 ([0-9a-f]{64}) ([0-9a-f]{128})\n")
KEY_BYTES: Final = 32
_LENGTH: Final = len("# limen-review-signature ed25519 ") + 64 + 1 + 128 + 1
MOST_BYTES: Final = 64 * 1024 * 1024


def signed(content: bytes, mark: bytes, keyring: Keyring) -> bytes:
    """The content with its signature. `mark` begins a comment in its form: `#`, or `%` in PDF."""
    key = _key(keyring.key_for(PURPOSE))
    said = key.sign(_ABOUT + mark + content)
    public = key.public_key().public_bytes_raw().hex().encode()
    return content + mark + b" limen-review-signature ed25519 " + public + b" " + said.hex().encode() + b"\n"


def verified(file: bytes, keys: Iterable[bytes]) -> bytes:
    """What was signed, by one of these public keys (32 bytes each). Raises EvidenceError."""
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    found = _LINE.fullmatch(file[-_LENGTH:])
    if found is None:
        raise EvidenceError("this file has no signature", "it is no evidence, or its end was cut or changed")
    mark, public, said = found[1], bytes.fromhex(found[2].decode()), bytes.fromhex(found[3].decode())
    if public not in set(keys):
        raise EvidenceError("another key signed this file", "give the public key of the installation it comes from")
    content = file[:-_LENGTH]
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(said, _ABOUT + mark + content)
    except (InvalidSignature, ValueError):
        raise EvidenceError("this file was changed after it was signed", "export it again") from None
    return content


def public_keys(keyring: Keyring) -> tuple[bytes, ...]:
    """The public key of this installation, and those under earlier master keys."""
    return tuple(_key(one).public_key().public_bytes_raw() for one in keyring.keys_for(PURPOSE))


def _key(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return Ed25519PrivateKey.from_private_bytes(seed)
