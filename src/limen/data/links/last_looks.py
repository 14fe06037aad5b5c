"""How the Limen that runs looks for links, kept beside its data for `limen doctor`, which asks no running server."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from limen.clock import Instant

FILE: Final = "data-links.json"
"""In the data folder, as of the last look."""
_LARGEST: Final = 1 << 20


class LastLook(msgspec.Struct, frozen=True):
    """Of one store. `looked_at`: everything up to then was seen, 0 not yet; `error`: why the last look came to nothing.
    `needs`: the right that Limen lacks to take links away that may not stand, "" where it lacks none.
    """

    store: str
    tried_at: Instant
    looked_at: Instant
    error: str = ""
    needs: str = ""


def write(folder: Path, looks: Iterable[LastLook]) -> None:
    """Raises nothing where it can't be written: pages and `limen data links` say it, too."""
    with suppress(OSError):
        (folder / FILE).write_bytes(msgspec.json.encode(list(looks)))


def read(folder: Path) -> list[LastLook]:
    """None where it can't be read."""
    try:
        with (folder / FILE).open("rb") as file:
            return msgspec.json.decode(file.read(_LARGEST), type=list[LastLook])
    except (OSError, msgspec.MsgspecError):
        return []
