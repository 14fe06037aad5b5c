"""The signature of a review's evidence: its last line, a comment in CSV and in PDF, over all that stands before it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from limen.access.reviews.errors import EvidenceError
from limen.storage import signed_documents
from limen.storage.signed_documents import LastLine, NotAsSignedError, Signing

if TYPE_CHECKING:
    from limen.storage import Keyring

KEY_BYTES: Final = signed_documents.KEY_BYTES
MOST_BYTES: Final = signed_documents.MOST_BYTES
PURPOSE: Final = "evidence of access reviews"
_SIGNING: Final = Signing(
    word="limen-review-signature",
    purpose=PURPOSE,
    about=b"limen review evidence v1\n",
    lines=(LastLine(b"#", b"# "), LastLine(b"%", b"% ")),
    changed="export it again",
)


def signed(content: bytes, mark: bytes, keyring: Keyring) -> bytes:
    """The content with its signature. `mark` begins a comment in its form: `#`, or `%` in PDF."""
    return _SIGNING.signed(content, mark, keyring)


def verified(file: bytes, keys: Iterable[bytes]) -> bytes:
    """What was signed, by one of these public keys (32 bytes each). Raises EvidenceError."""
    try:
        return _SIGNING.verified(file, keys)
    except NotAsSignedError as error:
        raise EvidenceError(*error.unfilled) from None


def public_keys(keyring: Keyring) -> tuple[bytes, ...]:
    """The public key of this installation, and those under earlier master keys."""
    return _SIGNING.public_keys(keyring)
