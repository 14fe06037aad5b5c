"""A delivery in pieces, so that whoever cuts and sends it lets others have their turn between two of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

MOST_BYTES: Final = 256 << 10
"""What is a longer item makes a piece by itself."""
MOST_ITEMS: Final = 1_000

Item = TypeVar("Item", bound=object)


def pieces(items: Sequence[Item], sizes: Sequence[int]) -> Iterator[Sequence[Item]]:
    """The items in their order, so many at once as have no more than `MOST_BYTES`; `sizes` of each, in bytes."""
    begin = size = 0
    for at, more in enumerate(sizes):
        if at > begin and (size + more > MOST_BYTES or at - begin >= MOST_ITEMS):
            yield items[begin:at]
            begin, size = at, 0
        size += more
    if begin < len(items):
        yield items[begin:]
