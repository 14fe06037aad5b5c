"""The header of an age file: for whom it is, with the file's key wrapped for each of them.

As https://age-encryption.org/v1 says, for recipients of the kind X25519. Stanzas of other kinds are kept out of what is
written and passed over when reading, but for `scrypt`, which has to stand alone.
"""

from __future__ import annotations

import hmac
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from limen.data.sealing.age_keys import KEY_BYTES, Identity, Recipient
from limen.data.sealing.errors import SealedError, broken

FILE_KEY_BYTES: Final = 16
WRAPPED_BYTES: Final = 32
MOST_STANZAS: Final = 64
_FIRST: Final = b"age-encryption.org/v1\n"
_LAST: Final = b"---"
_X25519: Final = b"X25519"
_X25519_INFO: Final = b"age-encryption.org/v1/X25519"
_MOST_LINES: Final = 1_000
_LONGEST_LINE: Final = 4_096
_BODY_COLUMNS: Final = 64
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]*")


@dataclass(frozen=True, slots=True)
class Stanza:
    """The file's key, wrapped for one X25519 recipient, whom nothing in it names."""

    share: bytes
    wrapped: bytes

    @property
    def raw(self) -> bytes:
        return self.share + self.wrapped

    @classmethod
    def of(cls, raw: bytes) -> Stanza:
        """What `raw` gives. Raises SealedError."""
        if len(raw) != KEY_BYTES + WRAPPED_BYTES:
            raise SealedError("this is not a wrapped key", "run the command again")
        return cls(raw[:KEY_BYTES], raw[KEY_BYTES:])


@dataclass(frozen=True, slots=True)
class Header:
    """`text` is the header as it stands in the file, `stanzas` what of it is for X25519."""

    stanzas: tuple[Stanza, ...]
    text: bytes

    def is_genuine(self, file_key: bytes) -> bool:
        """Whether it is as whoever had this file's key wrote it."""
        signed, _, mac = self.text.removesuffix(b"\n").rpartition(b" ")
        return hmac.compare_digest(mac, _encoded(_mac(file_key, signed)))


def new_file_key() -> bytes:
    return secrets.token_bytes(FILE_KEY_BYTES)


def written(file_key: bytes, recipients: Sequence[Recipient]) -> bytes:
    """The header for these recipients, in this order. Raises SealedError where there are none, or too many."""
    if not 0 < len(recipients) <= MOST_STANZAS:
        raise SealedError("there is nobody to seal this for, or too many", f"name 1 to {MOST_STANZAS} recipients")
    text = b"".join((_FIRST, *(_line(wrap(file_key, one)) for one in recipients), _LAST))
    return text + b" " + _encoded(_mac(file_key, text)) + b"\n"


def length(recipients: int) -> int:
    """How many bytes a header for so many X25519 recipients has."""
    return len(written(bytes(FILE_KEY_BYTES), [Identity(b"\1" * KEY_BYTES).recipient] * recipients))


def read(file: IO[bytes], name: str) -> Header:
    """The header at the beginning of `file`, which stands at the payload afterwards. Raises SealedError."""
    lines = _Lines(file, name)
    if lines.next() != _FIRST:
        raise SealedError(f"{name} is not sealed", "name a file that `limen seal` or age wrote")
    stanzas: list[Stanza] = []
    kinds: list[bytes] = []
    while not (line := lines.next()).startswith(_LAST):
        if not line.startswith(b"-> ") or len(kinds) == MOST_STANZAS:
            raise broken(name, "its header is not one of age")
        kind, *arguments = line[3:-1].split(b" ")
        body = lines.body()
        kinds.append(kind)
        if kind == _X25519:
            stanzas.append(_stanza(arguments, body, name))
    if not kinds or not line.startswith(b"--- ") or len(_decoded(line[4:-1], name)) != sha256().digest_size:
        raise broken(name, "its header is not one of age")
    if b"scrypt" in kinds:
        raise SealedError(f"{name} is sealed with a passphrase", "open it with `age --decrypt`")
    return Header(tuple(stanzas), b"".join(lines.read))


def wrap(file_key: bytes, recipient: Recipient) -> Stanza:
    """The file's key for one recipient, as no other stanza holds it."""
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    key = _wrapping_key(ephemeral.exchange(recipient.key), share, recipient)
    return Stanza(share, ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None))


def unwrap(stanzas: Iterable[Stanza], identities: Iterable[Identity]) -> tuple[bytes, Identity] | None:
    """The file's key and the identity that opens it; None where no stanza is for one of them."""
    tried = list(stanzas)
    for identity in identities:
        for stanza in tried:
            try:
                shared = identity.key.exchange(X25519PublicKey.from_public_bytes(stanza.share))
                key = _wrapping_key(shared, stanza.share, identity.recipient)
                file_key = ChaCha20Poly1305(key).decrypt(bytes(12), stanza.wrapped, None)
            except (InvalidTag, ValueError):  # ValueError: a share of low order
                continue
            return file_key, identity
    return None


def derived(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """32 bytes by HKDF with SHA-256 (RFC 5869)."""
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(secret)


class _Lines:
    """The lines of a header, bounded in number and length."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file = file
        self._name = name
        self.read: list[bytes] = []

    def next(self) -> bytes:
        line = self._file.readline(_LONGEST_LINE)
        if len(self.read) == _MOST_LINES or (self.read and not line.endswith(b"\n")):
            raise broken(self._name, "its header has no end")
        self.read.append(line)
        return line

    def body(self) -> bytes:
        """The body of a stanza: full lines, and one that is not full."""
        pieces: list[bytes] = []
        while len(line := self.next()[:-1]) == _BODY_COLUMNS:
            pieces.append(line)
        if len(line) > _BODY_COLUMNS:
            raise broken(self._name, "its header is not one of age")
        return _decoded(b"".join((*pieces, line)), self._name)


def _stanza(arguments: list[bytes], body: bytes, name: str) -> Stanza:
    share = _decoded(arguments[0], name) if len(arguments) == 1 else b""
    if len(share) != KEY_BYTES or len(body) != WRAPPED_BYTES:
        raise broken(name, "its header is not one of age")
    return Stanza(share, body)


def _line(stanza: Stanza) -> bytes:
    return b"-> %s %s\n%s\n" % (_X25519, _encoded(stanza.share), _encoded(stanza.wrapped))


def _wrapping_key(shared: bytes, share: bytes, recipient: Recipient) -> bytes:
    return derived(shared, share + recipient.raw, _X25519_INFO)


def _mac(file_key: bytes, text: bytes) -> bytes:
    return hmac.digest(derived(file_key, b"", b"header"), text, sha256)


def _encoded(raw: bytes) -> bytes:
    return b64encode(raw).rstrip(b"=")


def _decoded(text: bytes, name: str) -> bytes:
    """Base64 without padding, in its one way of writing. Raises SealedError."""
    raw = b""
    if _BASE64.fullmatch(text) and len(text) % 4 != 1:
        raw = b64decode(text + b"=" * (-len(text) % 4))
    if _encoded(raw) != text:
        raise broken(name, "its header is not one of age")
    return raw
