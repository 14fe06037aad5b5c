"""Bytes searched by Hyperscan for some expressions at once, for readers that look for much, or in much."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final

import hyperscan

_DOT_IS_ANY: Final = hyperscan.HS_FLAG_DOTALL


class Search:
    """Compiled once, used in any thread: each has its room to search in, as Hyperscan asks for."""

    def __init__(self, expressions: Sequence[bytes]) -> None:
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        self._database.compile(
            expressions=list(expressions),
            ids=list(range(len(expressions))),
            elements=len(expressions),
            flags=[_DOT_IS_ANY] * len(expressions),
        )
        self._own = threading.local()

    def ends(self, text: bytes) -> list[tuple[int, int]]:
        """Where matches end, and of which expression each is by its number; in order of their ends."""
        if not hasattr(self._own, "scratch"):
            self._own.scratch = hyperscan.Scratch(self._database)
        ends: list[tuple[int, int]] = []

        def told(number: int, _start: int, end: int, _flags: int, _context: object) -> None:
            ends.append((end, number))

        self._database.scan(text, match_event_handler=told, scratch=self._own.scratch)
        return ends
