"""The password of the database's server: from the environment, a systemd credential, or a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from limen.storage.errors import DatabaseUnfitError
from limen.storage.files import open_own

VARIABLE: Final = "LIMEN_DATABASE_PASSWORD"
CREDENTIAL: Final = "limen.database.password"
"""The name under systemd's `LoadCredential=` (systemd.exec(5), CREDENTIALS)."""
_LONGEST: Final = 1_000


def database_password(file: Path | None, environ: Mapping[str, str]) -> str:
    """The password; "" where there is none: a server may know its own machine's users by their names.

    Raises DatabaseUnfitError for a file that can't be read, is empty, or may be read by others.
    """
    if written := environ.get(VARIABLE):
        return written
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / CREDENTIAL
        if credential.exists():
            return _first_line(credential, shut_to=0o037)  # its access list shows as the group's right to read
    return "" if file is None else _first_line(file, shut_to=0o077)


def _first_line(file: Path, shut_to: int) -> str:
    try:
        handle = open_own(file, os.O_RDONLY)
    except OSError as error:
        raise DatabaseUnfitError(
            f"the database's password file {file} can't be read ({error.strerror})", "check the path and its owner"
        ) from None
    with os.fdopen(handle, "rb") as opened:
        if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & shut_to:
            raise DatabaseUnfitError(f"others can read the database's password in {file}", f"chmod 600 {file}")
        text = opened.read(_LONGEST).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    if not text:
        raise DatabaseUnfitError(f"the database's password file {file} is empty", "write the password into it")
    return text
