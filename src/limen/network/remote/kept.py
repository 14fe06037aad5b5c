"""What a firewall had before a change, in a file beside the database, so that `undo` knows it whatever happens."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from limen.errors import LimenError

TRIAL: Final = "trial"
CONFIRMED: Final = "confirmed"
UNDONE: Final = "undone"
_NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,39}")
_MOST_BYTES: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Kept:
    """`place`: which firewall it is, as network.yaml says it. `state`: trial, confirmed or undone. `before`: what it
    had, as its interface told it.
    """

    kind: str
    place: str
    state: str
    before: dict[str, Any]


def keep(folder: Path, name: str, kept: Kept) -> None:
    """Written whole or not at all. Raises LimenError."""
    path = _path(folder, name)
    draft = path.with_suffix(".new")
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(msgspec.json.encode(kept))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise LimenError(f"{path} can't be written: {error.strerror}", "without it nothing is changed") from None


def kept(folder: Path, name: str) -> Kept | None:
    """What was kept; None: nothing. Raises LimenError where it can't be read."""
    path = _path(folder, name)
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.read(_MOST_BYTES), type=Kept)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError):
        raise LimenError(f"{path} can't be read", "put the firewall back by hand, and remove the file") from None


def _path(folder: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise LimenError("a firewall has no such name", "`limen network show` lists them")
    return folder / f"{name}.json"
