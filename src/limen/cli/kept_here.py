"""What commands keep on somebody's own computer, for nobody else's eyes: where Limen is, keys for hours."""

from __future__ import annotations

import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from limen.errors import LimenError


def settings_folder() -> Path:
    """Where commands keep what was told to them (XDG Base Directory Specification)."""
    return _folder("XDG_CONFIG_HOME", ".config")


def state_folder() -> Path:
    """Where commands keep what they got for a while."""
    return _folder("XDG_STATE_HOME", ".local/state")


def where_limen_is(url: str = "") -> str:
    """The address of Limen: as given, which is kept, or as kept. Raises LimenError."""
    kept = settings_folder() / "ssh.json"
    if not url:
        with suppress(OSError, ValueError, KeyError):
            return str(json.loads(kept.read_text())["limen"])
        raise LimenError("where Limen is, is not known here yet", "name it once: --limen https://limen.harbor.example")
    place = urlsplit(url)
    if place.scheme != "https" and not (place.scheme == "http" and (place.hostname or "").endswith(".localhost")):
        raise LimenError("Limen is at an address with https", "write it as https://limen.harbor.example")
    write(kept, json.dumps({"limen": f"{place.scheme}://{place.netloc}"}).encode())
    return f"{place.scheme}://{place.netloc}"


def write(path: Path, content: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    part.replace(path)


def _folder(variable: str, otherwise: str) -> Path:
    return Path(os.environ.get(variable) or Path.home() / otherwise) / "limen"
