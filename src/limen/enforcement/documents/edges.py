"""How documents begin and end, so that what is cut in two is looked at as one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Final

EDGE: Final = 512
"""So many bytes on each side of a cut are looked at as one."""
MOST_JOINED: Final = 4
"""So many documents of a body may be pieces."""
_GAP: Final = b"\n" * 300
"""Between two joints, so that no word of one is near a number of the other."""


class Edges:
    """The bytes with which a document begins and ends."""

    def __init__(self, begin: bytes = b"", end: bytes = b"") -> None:
        self.begin, self.end = begin, end

    async def noted(self, body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """The document as it is read; its edges are noted meanwhile."""
        async for piece in body:
            self.begin += piece[: EDGE - len(self.begin)]
            self.end = (self.end + piece[-EDGE:])[-EDGE:]
            yield piece

    def then(self, other: Edges) -> Edges:
        """The other's, where it is short together with the end of this one."""
        return Edges(other.begin, (self.end + other.end)[-EDGE:])


def joints(before: Sequence[Edges], now: Iterable[Edges]) -> bytes:
    """What stands on both sides of each place where something may have been cut in two, in either order; b"" where
    there is none.
    """
    return _GAP.join(
        end + begin
        for one in now
        for other in before
        for end, begin in ((other.end, one.begin), (one.end, other.begin))
        if end and begin
    )
