"""How much of what passes by proxies, and in mail, is held until it is judged: so much of each of these two."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from limen.http_bodies.spool import Budget

LARGEST: Final = 100 << 20
"""Bytes of one body at most: what is larger is not looked into."""
ALTOGETHER: Final = 1 << 30
"""Bytes of all bodies that one entry point holds at once."""
_LAST_PIECE: Final = 16 << 20
"""The piece that fills a body may go beyond; nobody sends a larger one."""


def budget(folder: Path | None = None, *, most: int = ALTOGETHER, largest: int = LARGEST) -> Budget:
    """For one entry point; `folder` is where it holds what is large."""
    return Budget(most=most, of_one=largest + _LAST_PIECE, full_at=largest, folder=folder)
