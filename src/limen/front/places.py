"""Where the front keeps its things: a folder that nobody but Limen's own user may enter."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from limen.errors import LimenError

LONGEST_SOCKET_BYTES: Final = 103
"""What the shortest `sun_path` of the systems we run on holds, without the zero at its end."""


@dataclass(frozen=True, slots=True)
class Places:
    """The files and sockets of a front under `folder`, an absolute path."""

    folder: Path

    @property
    def admin_socket(self) -> Path:
        return self.folder / "admin.sock"

    @property
    def limen_socket(self) -> Path:
        """Where Limen listens when the front stands before it."""
        return self.folder / "limen.sock"

    @property
    def browsers_socket(self) -> Path:
        """Where Caddy takes connections of browsers, from Limen's own listener alone."""
        return self.folder / "https.sock"

    @property
    def plain_socket(self) -> Path:
        """The same for plain http."""
        return self.folder / "http.sock"

    @property
    def reports_socket(self) -> Path:
        """Where Limen tells the front of connections."""
        return self.folder / "told.sock"

    @property
    def config(self) -> Path:
        return self.folder / "caddy.json"

    @property
    def lock(self) -> Path:
        """Held by the process that watches over the front."""
        return self.folder / "lock"

    @property
    def certificate(self) -> Path:
        """The last good copy of the company's own certificate, with its chain."""
        return self.folder / "certificate.pem"

    @property
    def key(self) -> Path:
        return self.folder / "key.pem"

    @property
    def device_authority(self) -> Path:
        """The certificate of the authority whose client certificates browsers are asked for."""
        return self.folder / "device-authority.pem"

    @property
    def store(self) -> Path:
        """Accounts, certificates and keys that the front got by itself."""
        return self.folder / "store"

    @property
    def root_certificate(self) -> Path:
        """The root of the front's own authority."""
        return self.store / "pki" / "authorities" / "local" / "root.crt"

    @property
    def public(self) -> Path:
        """What may be downloaded by everybody: the root's certificate, never a key."""
        return self.folder / "public"


def write_whole(path: Path, content: bytes) -> None:
    """Put a file of the front's in place, for this user alone: whoever reads it finds the old one or the new."""
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    new.replace(path)


def open_places(data: Path) -> Places:
    """The front's folder in the data folder, made where it is missing. Raises LimenError where it can't be ours."""
    places = Places(data.resolve() / "front")
    try:
        places.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        places.folder.chmod(0o700)
        found = places.folder.lstat()
    except OSError as error:
        raise LimenError(
            f"{places.folder} can't be used: {error.strerror}", "make Limen's user the owner of the data folder"
        ) from None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
        raise LimenError(f"{places.folder} belongs to someone else", "make Limen's user the owner of the data folder")
    longest = len(os.fsencode(places.admin_socket))
    if longest > LONGEST_SOCKET_BYTES:
        raise LimenError(
            (
                f"{places.admin_socket} is too long for a socket path ({longest} bytes; the limit is "
                f"{LONGEST_SOCKET_BYTES})"
            ),
            "choose a shorter path for `data` under [storage] in limen.toml",
        )
    return places
