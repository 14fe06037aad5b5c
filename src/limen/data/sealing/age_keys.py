"""Keys of age for X25519 as text: `age1…` for the public one, `AGE-SECRET-KEY-1…` for the private one.

The text is Bech32 (BIP 173) of 32 bytes, as https://age-encryption.org/v1 has it.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from limen.data.sealing.errors import SealedError

KEY_BYTES: Final = 32
_LETTERS: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_RECIPIENT, _IDENTITY = "age", "age-secret-key-"
_CHECKSUM_LETTERS: Final = 6
_LONGEST: Final = 100


@dataclass(frozen=True)
class Recipient:
    """For whom something is sealed: a public key."""

    raw: bytes

    @classmethod
    def read(cls, text: str) -> Recipient:
        """Raises SealedError for what is no `age1…`."""
        return cls(_read(text.strip(), _RECIPIENT))

    @property
    def text(self) -> str:
        return _written(_RECIPIENT, self.raw)

    @cached_property
    def key(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True)
class Identity:
    """Who can open what was sealed: a private key. Never in a log: its `repr` doesn't hold it."""

    raw: bytes = field(repr=False)

    @classmethod
    def new(cls) -> Identity:
        return cls(secrets.token_bytes(KEY_BYTES))

    @classmethod
    def read(cls, text: str) -> Identity:
        """Raises SealedError for what is no `AGE-SECRET-KEY-1…`."""
        return cls(_read(text.strip(), _IDENTITY))

    @property
    def text(self) -> str:
        return _written(_IDENTITY, self.raw).upper()

    @cached_property
    def key(self) -> X25519PrivateKey:
        return X25519PrivateKey.from_private_bytes(self.raw)

    @cached_property
    def recipient(self) -> Recipient:
        return Recipient(self.key.public_key().public_bytes_raw())


def identities_in(text: str) -> list[Identity]:
    """Those in a file as `age-keygen` writes it: a line each, lines with # are remarks. Raises SealedError."""
    lines = [line.strip() for line in text.splitlines()]
    found = [Identity.read(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise SealedError("there is no key in this file", "name the file that holds AGE-SECRET-KEY-1…")
    return found


# Bech32


def _written(kind: str, raw: bytes) -> str:
    number, bits = int.from_bytes(raw), len(raw) * 8
    spare = -bits % 5
    values = [number << spare >> shift & 31 for shift in range(bits + spare - 5, -1, -5)]
    check = _polymod([*_expanded(kind), *values, *[0] * _CHECKSUM_LETTERS]) ^ 1
    values += [check >> shift & 31 for shift in range(25, -1, -5)]
    return f"{kind}1{''.join(_LETTERS[value] for value in values)}"


def _read(text: str, kind: str) -> bytes:
    lower = text.lower()
    found_kind, _, letters = lower.rpartition("1")
    is_one_case = text in {lower, text.upper()}
    if len(text) > _LONGEST or not is_one_case or found_kind != kind or any(one not in _LETTERS for one in letters):
        raise _no_key(kind)
    values = [_LETTERS.index(one) for one in letters]
    if len(values) < _CHECKSUM_LETTERS or _polymod([*_expanded(kind), *values]) != 1:
        raise _no_key(kind)
    number = 0
    for value in values[:-_CHECKSUM_LETTERS]:
        number = number << 5 | value
    spare = 5 * (len(values) - _CHECKSUM_LETTERS) - 8 * KEY_BYTES
    if not 0 <= spare < 5 or number & ((1 << spare) - 1):
        raise _no_key(kind)
    return (number >> spare).to_bytes(KEY_BYTES)


def _no_key(kind: str) -> SealedError:
    """What was written is not repeated: it may be a secret with a typing error."""
    shown = "age1…" if kind == _RECIPIENT else "AGE-SECRET-KEY-1…"
    return SealedError(f"this is not a key of the form {shown}", "copy it again, whole")


def _expanded(kind: str) -> list[int]:
    return [*(ord(one) >> 5 for one in kind), 0, *(ord(one) & 31 for one in kind)]


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for number, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> number & 1 else 0
    return check
