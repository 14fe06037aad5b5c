"""Shares whose every file is to be looked at, whenever it was written: asked for by a command, done by the server."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

FILE: Final = "shares-to-look-at.json"
"""In the data folder, until the server has read it."""
_LARGEST: Final = 1 << 16


def ask(folder: Path, shares: Collection[str]) -> None:
    """Have these looked at, with those that were asked for before. Raises OSError."""
    every = {*_read(folder), *shares}
    (folder / FILE).write_text(json.dumps(sorted(every)))
    (folder / FILE).chmod(0o644)  # whoever asked, Limen's user reads it


def take(folder: Path) -> frozenset[str]:
    """What was asked for; from now on nothing is."""
    asked = _read(folder)
    with suppress(OSError):
        (folder / FILE).unlink(missing_ok=True)
    return asked


def _read(folder: Path) -> frozenset[str]:
    try:
        with (folder / FILE).open("rb") as file:
            return frozenset(map(str, json.loads(file.read(_LARGEST))))
    except (OSError, ValueError, TypeError):
        return frozenset()
