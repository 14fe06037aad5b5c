"""Which database a data folder belongs to, once that was moved: so that nobody starts on the one that was left.

A folder whose settings still name the old place would else begin a new company there, with a link for whoever is first.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant, to_iso
from limen.errors import LimenError
from limen.storage.files import read_own, replace_file

FILE: Final = "database.moved"
_MOST: Final = 8_192


class Mark(msgspec.Struct, frozen=True):
    """The database went, or is going, from one place to another; places never hold a password."""

    source: str
    target: str
    at: Instant
    is_done: bool


def mark_in(data: Path) -> Mark | None:
    """None where nothing was ever moved. Raises LimenError for a mark that can't be read."""
    file = data / FILE
    try:
        return msgspec.json.decode(read_own(file, _MOST), type=Mark)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        raise LimenError(
            f"{file}, which says where the database is, can't be read", "restore it; remove it only if nothing moved"
        ) from error


def write_mark(data: Path, mark: Mark) -> None:
    """On the disk for good. Raises OSError."""
    replace_file(data / FILE, msgspec.json.encode(mark) + b"\n")


def refuse_elsewhere(data: Path, place: str) -> None:
    """Raises LimenError where the database at `place` is half moved, or was left behind."""
    mark = mark_in(data)
    if mark is None or (mark.is_done and mark.target == place):
        return
    if mark.is_done:
        raise LimenError(
            f"the database was moved to {mark.target} on {to_iso(mark.at)}, but the settings say {place}",
            f"set that under [database] in limen.toml; to move it back, run `limen migrate-database {mark.source}`",
        )
    raise LimenError(
        f"a move of the database from {mark.source} to {mark.target} was started and not finished",
        "run the same `limen migrate-database` again, or `limen migrate-database --back` to stay with the first",
    )
