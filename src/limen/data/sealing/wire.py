"""What commands on somebody's computer and Limen say to each other, by way of the browser: short, and no secret.

The key of a file crosses the browser only wrapped, for a key that the command made for this one question.
"""

from __future__ import annotations

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final, TypeVar

import msgspec

from limen.clock import Instant
from limen.data.sealing.errors import SealedError
from limen.data.sealing.header import Stanza
from limen.data.sealing.manifest import Certified

MOST_FILES: Final = 12
"""So many are opened by one question: an address that signing in comes back to holds no more."""
MOST_BYTES: Final = 16_000
_KEY_ID: Final = re.compile(r"sk_[0-9a-f]{32}")
_PUBLIC: Final = re.compile(r"[0-9a-f]{64}")


class Allowed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What somebody seals files of one label with. `recipient` and `recovery` are keys of age, `verifying` those of
    Limen that manifests are checked by (raw Ed25519, in hex).
    """

    certified: Certified
    label: str
    key: str
    period: str
    recipient: str
    recovery: tuple[str, ...]
    verifying: tuple[str, ...]

    @property
    def until(self) -> Instant:
        return self.certified.certificate.until


class OpenedFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file's key, wrapped for the command that asked (`stanza`, in hex), and what the file really is."""

    label: str
    period: str
    document: str
    stanza: str


class Opened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    files: tuple[OpenedFile, ...]
    verifying: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """A file that somebody asks to open: the ID of the sealing key that its manifest names, and its first stanza."""

    key: str
    stanza: Stanza


T = TypeVar("T", Allowed, Opened)


def packed(said: Allowed | Opened) -> str:
    """As it goes to the command that waits, in an address."""
    return urlsafe_b64encode(msgspec.json.encode(said)).rstrip(b"=").decode()


def unpacked(text: str, kind: type[T]) -> T:
    """Raises SealedError for what is not of this kind."""
    try:
        if len(text) <= MOST_BYTES:
            return msgspec.json.decode(urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
    except (ValueError, msgspec.DecodeError, RecursionError):
        pass
    raise SealedError("what came back is not what was asked for", "run the command again")


def asked_text(asked: Iterable[Asked]) -> str:
    return ",".join(f"{one.key}.{urlsafe_b64encode(one.stanza.raw).rstrip(b'=').decode()}" for one in asked)


def asked_in(text: str) -> list[Asked] | None:
    """Files as `asked_text` writes them; None for anything else."""
    found: list[Asked] = []
    parts = text.split(",") if len(text) <= MOST_BYTES else []
    for part in parts[: MOST_FILES + 1]:
        key, _, stanza = part.partition(".")
        try:
            raw = urlsafe_b64decode(stanza + "=" * (-len(stanza) % 4))
            found.append(Asked(key, Stanza.of(raw)))
        except (ValueError, SealedError):
            return None
        if not _KEY_ID.fullmatch(key):
            return None
    return found if 0 < len(found) <= MOST_FILES else None


def public_key_in(text: str) -> bytes | None:
    """A raw public key as the address has it, in hex; None for anything else."""
    return bytes.fromhex(text) if _PUBLIC.fullmatch(text) else None


def code_of(public_key: bytes) -> str:
    """What page and terminal show, so that a person sees that both are of one question: `3f9a-01c4`."""
    digits = sha256(b"limen sealing code" + public_key).hexdigest()
    return f"{digits[:4]}-{digits[4:8]}"


def new_state() -> str:
    return secrets.token_urlsafe(24)
