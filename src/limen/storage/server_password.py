"""The password of a server that Limen uses: from the environment, a systemd credential, or a file."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from limen.storage.errors import StorageError
from limen.storage.files import open_own

_LONGEST: Final = 1_000


def server_password(
    name: str, file: Path | None, environ: Mapping[str, str], error: type[StorageError] = StorageError
) -> str:
    """The password of the server `name` (`database`, `clickhouse`); "" where there is none.

    It is in `LIMEN_NAME_PASSWORD`, under systemd's `LoadCredential=` (systemd.exec(5), CREDENTIALS) in
    `limen.name.password`, or in `file`. Raises `error` for a file that can't be read, is empty, or may be read by
    others.
    """
    if written := environ.get(f"LIMEN_{name.upper()}_PASSWORD"):
        return written
    if folder := environ.get("CREDENTIALS_DIRECTORY"):
        credential = Path(folder) / f"limen.{name}.password"
        if credential.exists():
            # its access list shows as the group's right to read
            return _first_line(credential, name, error, shut_to=0o037)
    return "" if file is None else _first_line(file, name, error, shut_to=0o077)


def _first_line(file: Path, name: str, error: type[StorageError], *, shut_to: int) -> str:
    try:
        handle = open_own(file, os.O_RDONLY)
    except OSError as wrong:
        raise error(
            f"the {name}'s password file {file} can't be read ({wrong.strerror})", "check the path and its owner"
        ) from None
    with os.fdopen(handle, "rb") as opened:
        if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & shut_to:
            raise error(f"others can read the {name}'s password in {file}", f"chmod 600 {file}")
        text = opened.read(_LONGEST).decode("utf-8", "replace").partition("\n")[0].rstrip("\r")
    if not text:
        raise error(f"the {name}'s password file {file} is empty", "write the password into it")
    return text
