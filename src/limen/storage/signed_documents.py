"""The signature of a document that leaves the house: its last line, over all that stands before it.

It is Ed25519 (RFC 8032), by a key that is derived from the installation's own for each kind of document. Whoever has
the public key verifies a document with nothing else: no server, no database. Hexadecimal letters have one spelling, so
no byte can be changed. The line is a comment in the document's form, or what closes it. Beside that a document may have
a detached signature, over the whole file as it is, for tools that know nothing of Limen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from limen.storage.errors import StorageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding

    from limen.storage.keyring import Keyring

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MOST_BYTES: Final = 64 * 1024 * 1024


class NotAsSignedError(StorageError):
    """A document has no signature, another's, or not this one."""


@dataclass(frozen=True, slots=True)
class LastLine:
    """What stands before and after the signature in the last line of a form. `mark` is signed with the content, so that
    what was signed in one form is not so in another.
    """

    mark: bytes
    before: bytes
    after: bytes = b""


@dataclass(frozen=True, slots=True)
class Signing:
    """How one kind of document is signed. `word` stands in its last line, `purpose` is what its key is derived for,
    `about` leads what is signed. `changed` is what is said of one that is not as it was signed.
    """

    word: str
    purpose: str
    about: bytes
    lines: tuple[LastLine, ...]
    changed: str = "make it again"

    def signed(self, content: bytes, mark: bytes, keyring: Keyring) -> bytes:
        """The content with its last line. Raises StopIteration for a mark that is none of this kind's."""
        line = next(one for one in self.lines if one.mark == mark)
        key = _private(keyring.key_for(self.purpose))
        said = key.sign(self.about + mark + content).hex().encode()
        public = key.public_key().public_bytes_raw().hex().encode()
        return content + line.before + self._words() + public + b" " + said + line.after + b"\n"

    def verified(self, file: bytes, keys: Iterable[bytes]) -> bytes:
        """What was signed, by one of these public keys (32 bytes each). Raises NotAsSignedError."""
        return self._read(file, keys)[0]

    def signer(self, file: bytes, keys: Iterable[bytes]) -> bytes:
        """By which of these public keys it was signed. Raises NotAsSignedError."""
        return self._read(file, keys)[1]

    def detached(self, file: bytes, keyring: Keyring) -> bytes:
        """The signature over a whole file as it is: 64 bytes, as OpenSSL takes them."""
        return _private(keyring.key_for(self.purpose)).sign(file)

    def public_keys(self, keyring: Keyring) -> tuple[bytes, ...]:
        """The public key of this installation, and those under earlier master keys."""
        return tuple(_private(one).public_key().public_bytes_raw() for one in keyring.keys_for(self.purpose))

    def _read(self, file: bytes, keys: Iterable[bytes]) -> tuple[bytes, bytes]:
        for line in self.lines:
            length = len(line.before + self._words() + line.after) + 2 * (KEY_BYTES + SIGNATURE_BYTES) + 2
            found = self._pattern(line).fullmatch(file[-length:])
            if found is None:
                continue
            public, said = bytes.fromhex(found[1].decode()), bytes.fromhex(found[2].decode())
            content = file[:-length]
            self._refuse_other(self.about + line.mark + content, said, public, keys)
            return content, public
        raise NotAsSignedError("this file has no signature", "it is no evidence, or its end was cut or changed")

    def _refuse_other(self, message: bytes, said: bytes, public: bytes, keys: Iterable[bytes]) -> None:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 -- with the first signature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

        if public not in set(keys):
            raise NotAsSignedError(
                "another key signed this file", "give the public key of the installation it comes from"
            )
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(said, message)
        except (InvalidSignature, ValueError):
            raise NotAsSignedError("this file was changed after it was signed", self.changed) from None

    def _words(self) -> bytes:
        return f"{self.word} ed25519 ".encode()

    def _pattern(self, line: LastLine) -> re.Pattern[bytes]:
        before, after = re.escape(line.before + self._words()), re.escape(line.after)
        return re.compile(before + rb"([0-9a-f]{64}) ([0-9a-f]{128})" + after + rb"\n")


def as_pem(public: bytes) -> bytes:
    """A public key as OpenSSL reads it (RFC 8410)."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return _encoded(public, Encoding.PEM)


def fingerprint(public: bytes) -> str:
    """A public key in short, for people to compare: SHA-256 of what OpenSSL has as DER (RFC 8410), in hexadecimal."""
    from cryptography.hazmat.primitives.serialization import Encoding  # noqa: PLC0415

    return sha256(_encoded(public, Encoding.DER)).hexdigest()


def _encoded(public: bytes, encoding: Encoding) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import PublicFormat  # noqa: PLC0415

    return Ed25519PublicKey.from_public_bytes(public).public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)


def _private(seed: bytes) -> Ed25519PrivateKey:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    return Ed25519PrivateKey.from_private_bytes(seed)
