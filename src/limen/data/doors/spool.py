"""How much of what passes by proxies, mail and shares is held until it is judged."""

from __future__ import annotations

from typing import Final

from limen.http_bodies.spool import Budget

LARGEST: Final = 100 << 20
"""Bytes of one body at most: what is larger is not looked into."""
ALTOGETHER: Final = 1 << 30
"""Bytes of all bodies that are held at once."""
_LAST_PIECE: Final = 16 << 20
"""The piece that fills a body may go beyond; nobody sends a larger one."""


def budget(*, most: int = ALTOGETHER, largest: int = LARGEST) -> Budget:
    """For all entry points together: proxies and mail servers tell of everybody, so nobody has a part of their own."""
    return Budget(most=most, of_one=largest + _LAST_PIECE, full_at=largest, share=1)
