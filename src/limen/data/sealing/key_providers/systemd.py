"""One wrapping key for all sealing keys, as a credential of systemd (systemd-creds(1)), which a TPM may hold."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from limen.data.sealing.errors import SealedError
from limen.data.sealing.key_providers.files import unwrapped_by, wrapped_by
from limen.storage.errors import KeyUnusableError
from limen.storage.master_key import read_key_file

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,60}")
_OPEN_TO_THE_SERVICE: Final = 0o037
"""The bits that a credential's mode may not have: see `read_key_file`."""


class SystemdCredential:
    """Read anew each time, and kept nowhere. A service can't destroy its credential."""

    can_destroy = False

    def __init__(self, name: str) -> None:
        if not _NAME.fullmatch(name):
            raise SealedError("`keys` in [data.sealing] names no credential", "write systemd:limen-sealing-key")
        self._name = name

    def make(self, _key_id: str) -> None:
        self._key()

    def wrap(self, key_id: str, secret: bytes) -> bytes:
        return wrapped_by(self._key(), key_id, secret)

    def unwrap(self, key_id: str, wrapped: bytes) -> bytes:
        return unwrapped_by(self._key(), key_id, wrapped)

    def destroy(self, _key_id: str) -> None: ...

    def _key(self) -> bytes:
        folder = os.environ.get("CREDENTIALS_DIRECTORY", "")
        try:
            if folder:
                return read_key_file(Path(folder) / self._name, shut_to=_OPEN_TO_THE_SERVICE)
            why = "systemd gave this process no credentials"
        except KeyUnusableError as error:
            why = error.what
        raise SealedError(
            f"the credential {self._name} can't be used: {why}",
            f"write LoadCredentialEncrypted={self._name} into the service, and run this as that service",
        )
