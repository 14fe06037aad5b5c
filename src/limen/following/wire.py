"""What SSH's own formats are made of (RFC 4251 section 5), as far as Limen writes and reads them itself."""

from __future__ import annotations

import base64
from binascii import Error as NotBase64
from typing import TYPE_CHECKING, Final

from limen.errors import LimenError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ED25519: Final = b"ssh-ed25519"
KEY_BYTES: Final = 32
LONGEST_KEY: Final = 200
"""Characters of a public key as it stands in a file, with its comment."""


class KeyRefusedError(LimenError):
    """What was sent is no public key that Limen certifies."""

    def __init__(self) -> None:
        super().__init__("That is not a public key of the kind ssh-ed25519", "create one with ssh-keygen -t ed25519")


def string(value: bytes) -> bytes:
    """`value` behind its length."""
    return len(value).to_bytes(4) + value


def public_blob(key: Ed25519PublicKey) -> bytes:
    """A public key as it is sent (RFC 8709 section 4)."""
    return string(ED25519) + string(key.public_bytes_raw())


def line_of(key: Ed25519PublicKey) -> str:
    """A public key as it stands in files, without a comment."""
    return f"{ED25519.decode()} {base64.b64encode(public_blob(key)).decode()}"


def read_key(text: str) -> Ed25519PublicKey:
    """The key of one line of a file. Raises KeyRefusedError for any other kind and for all that is longer or broken.

    One kind alone: a key's type is part of what it is worth, and whoever asks may not choose a weaker one.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    words = text.split() if len(text) <= LONGEST_KEY and text.isascii() else []
    try:
        blob = base64.b64decode(words[1], validate=True) if words[:1] == [ED25519.decode()] else b""
    except (IndexError, NotBase64):
        blob = b""
    start = string(ED25519) + KEY_BYTES.to_bytes(4)
    if not blob.startswith(start) or len(blob) != len(start) + KEY_BYTES:
        raise KeyRefusedError
    try:
        return Ed25519PublicKey.from_public_bytes(blob[len(start) :])
    except ValueError:
        raise KeyRefusedError from None


def fingerprint(key: Ed25519PublicKey) -> str:
    """What `ssh-keygen -l` calls the key: its SHA-256 in base64 without padding."""
    from hashlib import sha256  # noqa: PLC0415 -- heavy, and only who signs waits for it

    return "SHA256:" + base64.b64encode(sha256(public_blob(key)).digest()).rstrip(b"=").decode()


def signed(key: Ed25519PrivateKey, namespace: str, message: bytes) -> str:
    """A signature that `ssh-keygen -Y verify` reads (PROTOCOL.sshsig of OpenSSH): good in this namespace alone."""
    from hashlib import sha512  # noqa: PLC0415 -- heavy, and only who signs waits for it

    common = string(namespace.encode()) + string(b"") + string(b"sha512")
    proof = key.sign(b"SSHSIG" + common + string(sha512(message).digest()))
    blob = b"SSHSIG" + (1).to_bytes(4) + string(public_blob(key.public_key())) + common
    blob += string(string(ED25519) + string(proof))
    return "-----BEGIN SSH SIGNATURE-----\n" + base64.encodebytes(blob).decode() + "-----END SSH SIGNATURE-----\n"
