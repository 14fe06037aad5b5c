"""Wrapping keys in files of a folder that no backup of Limen's takes along: one for each sealing key (AES-256-GCM)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.provider import checked, not_of_this_key
from limen.storage.errors import KeyUnusableError
from limen.storage.files import sync, write_all
from limen.storage.master_key import make_key_file, read_key_file

NONCE: Final = 12


class KeyFiles:
    """The folder is made, for its owner only, when the first key is."""

    can_destroy = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, key_id: str) -> None:
        try:
            make_key_file(self._path(key_id))
        except OSError as error:
            raise self._unusable(error.strerror) from error

    def wrap(self, key_id: str, secret: bytes) -> bytes:
        return wrapped_by(self._key(key_id), key_id, secret)

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        return unwrapped_by(self._key(key_id), key_id, wrapped)

    def destroy(self, key_id: str) -> None:
        """The file is written over before it goes. A disk may keep what was written over, or a snapshot of it."""
        path = self._path(key_id)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._unusable(error.strerror) from error
        try:
            write_all(handle, bytes(os.fstat(handle).st_size))
            os.fsync(handle)
        finally:
            os.close(handle)
        path.unlink()
        sync(self._folder)

    def _key(self, key_id: str) -> bytes:
        try:
            return read_key_file(self._path(key_id))
        except KeyUnusableError as error:
            raise self._unusable(error.what) from error

    def _path(self, key_id: str) -> Path:
        return self._folder / f"{checked(key_id)}.key"

    def _unusable(self, why: str | None) -> SealedError:
        return SealedError(
            f"the folder of wrapping keys can't be used: {why}", f"mount {self._folder}, and check who owns it"
        )


def wrapped_by(key: bytes, key_id: str, secret: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, secret, key_id.encode())


def unwrapped_by(key: bytes, key_id: str, wrapped: bytes) -> bytes:
    """Raises SealedError."""
    try:
        return AESGCM(key).decrypt(wrapped[:NONCE], wrapped[NONCE:], key_id.encode())
    except (InvalidTag, ValueError):
        raise not_of_this_key() from None
