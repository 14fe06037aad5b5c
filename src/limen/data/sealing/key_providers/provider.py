"""What a provider of wrapping keys does, and which one a setting names.

Sealing keys are always sealed with Limen's own keyring. A provider wraps them before that: then neither the database
with its master key, nor what the provider holds, opens anything by itself. One that holds a key for each sealing key
can destroy it, and no backup of the database brings it back.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, Protocol

from limen.data.sealing.errors import SealedError

_KEY_ID: Final = re.compile(r"[a-z]{1,4}_[0-9a-f]{8,64}")


class KeyProvider(Protocol):
    """`can_destroy`: it holds a key for each sealing key, by its ID, which `destroy` makes an end of."""

    @property
    def can_destroy(self) -> bool: ...

    def make(self, key_id: str, /) -> None:
        """Have a wrapping key ready for a new sealing key. Raises SealedError."""
        ...

    def wrap(self, key_id: str, secret: bytes, /) -> bytes: ...

    def unwrap(self, key_id: str, wrapped: bytes, /) -> bytes:
        """Raises SealedError for what is not of this key, and where the wrapping key is gone or out of reach."""
        ...

    def destroy(self, key_id: str, /) -> None:
        """Nothing where there is none. Raises SealedError where it can't be destroyed now."""
        ...


class MasterKeyAlone:
    """Wraps nothing: the keyring is all that protects sealing keys."""

    can_destroy = False

    def make(self, _key_id: str) -> None: ...

    def wrap(self, _key_id: str, secret: bytes) -> bytes:
        return secret

    def unwrap(self, _key_id: str, wrapped: bytes) -> bytes:
        return wrapped

    def destroy(self, _key_id: str) -> None: ...


def provider_of(said: str) -> KeyProvider:
    """What a setting names: `database`, `file:FOLDER`, `systemd:NAME` or `pkcs11:…` (RFC 7512). Raises SealedError."""
    kind, _, rest = said.partition(":")
    if kind == "file" and Path(rest).is_absolute():
        from limen.data.sealing.key_providers.files import KeyFiles  # noqa: PLC0415

        return KeyFiles(Path(rest))
    if kind == "systemd" and rest:
        from limen.data.sealing.key_providers.systemd import SystemdCredential  # noqa: PLC0415

        return SystemdCredential(rest)
    if kind == "pkcs11":
        from limen.data.sealing.key_providers.pkcs11_token import Pkcs11Token  # noqa: PLC0415

        return Pkcs11Token.of(said)
    if said == "database":
        return MasterKeyAlone()
    raise SealedError(
        f"`keys` in [data.sealing] names no place for keys: {said[:80]!r}",
        "write database, file:/absolute/folder, systemd:NAME or pkcs11:token=…?module-path=…",
    )


def checked(key_id: str) -> str:
    """An ID that may be part of a file's name. Raises SealedError."""
    if not _KEY_ID.fullmatch(key_id):
        raise SealedError("this is not the ID of a sealing key", "restore the database")
    return key_id


def not_of_this_key() -> SealedError:
    return SealedError("a sealing key was altered, or belongs to another", "restore the database, or its wrapping keys")
