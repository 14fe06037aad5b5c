"""The password of the database's server: from the environment, a systemd credential, or a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from limen.storage.errors import DatabaseUnfitError
from limen.storage.server_password import server_password


def database_password(file: Path | None, environ: Mapping[str, str]) -> str:
    """The password; "" where there is none: a server may know its own machine's users by their names.

    Raises DatabaseUnfitError for a file that can't be read, is empty, or may be read by others.
    """
    return server_password("database", file, environ, DatabaseUnfitError)
