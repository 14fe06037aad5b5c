"""Where the master key comes from: a file only its owner reads, the environment, or a systemd credential.

32 random bytes, written as 43 or 44 characters of URL-safe base64. It is never in the database, nor in a backup of it.
"""

from __future__ import annotations

import binascii
import os
import secrets
import stat
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Mapping
from pathlib import Path

from limen.storage.errors import KeyUnusableError
from limen.storage.files import write_new

KEY_BYTES = 32
VARIABLE = "LIMEN_MASTER_KEY"
CREDENTIAL = "limen-master-key"
"""The name under systemd's `LoadCredential=` (systemd.exec(5), CREDENTIALS)."""

_LONGEST_FILE = 1_000


def master_key(file: Path, environ: Mapping[str, str]) -> bytes:
    """The master key from the environment, else a systemd credential, else `file`, which is made where none exists.

    Raises KeyUnusableError for a malformed key or a file that others may read.
    """
    key = existing_key(file, environ)
    return make_key_file(file) if key is None else key


def existing_key(file: Path, environ: Mapping[str, str]) -> bytes | None:
    """As `master_key`, but None where there is none: nothing is made. Raises KeyUnusableError."""
    if written := environ.get(VARIABLE):
        return _parse(written, f"the variable {VARIABLE}")
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / CREDENTIAL
        if credential.exists():
            return read_key_file(credential, shut_to=0o037)
    return read_key_file(file) if file.exists() else None


def written_key(key: bytes) -> str:
    """The key as a key file holds it."""
    return urlsafe_b64encode(key).decode()


def make_key_file(file: Path) -> bytes:
    """A new random key, written to a new file that only its owner can read. Raises FileExistsError."""
    key = secrets.token_bytes(KEY_BYTES)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_new(file, written_key(key).encode() + b"\n")
    return key


def read_key_file(file: Path, shut_to: int = 0o077) -> bytes:
    """The key in `file`. Raises KeyUnusableError if it is absent, malformed, or open to others.

    `shut_to` are the mode's bits that must not be set. systemd lets a service read its credential by an access list,
    whose mask shows as the group's right to read; the folder around it is the service's alone.
    """
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except OSError as error:
        raise KeyUnusableError(
            f"the master key {file} can't be read ({error.strerror})", "check the path and its owner"
        ) from error
    with os.fdopen(handle, "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode) or status.st_mode & shut_to:
            raise KeyUnusableError(f"the master key {file} can be read or changed by others", f"chmod 600 {file}")
        return _parse(opened.read(_LONGEST_FILE).decode("ascii", "replace"), str(file))


def _parse(written: str, where: str) -> bytes:
    text = written.strip()
    try:
        key = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != KEY_BYTES:
        raise KeyUnusableError(
            f"{where} contains no master key", f"it must be {KEY_BYTES} random bytes in URL-safe base64"
        )
    return key
