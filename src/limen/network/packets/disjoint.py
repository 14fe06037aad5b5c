"""Boxes cut so that no packet is in two. Sets of nftables need it: an element that overlaps another does not load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from limen.network.packets.box import Box

Named: TypeAlias = tuple[str, Box]
"""A box, and whose it is."""

MOST_COMPARED: Final = 3_000_000
"""How many pairs of boxes are looked at before it is given up: some ten seconds of it."""
_FIELDS: Final = (1, 0, 3, 2, 4)
"""Destination first: by it, most boxes are told apart."""


class Entangled(Exception):  # noqa: N818 - what it is, said of the boxes
    """So many boxes overlap each other that they can't be cut within bounds."""


def disjoint(boxes: Sequence[Named]) -> list[Named]:
    """The same packets, each in one box alone: in that of the first that held it. In the order of the boxes.

    Boxes that share nothing in one field can't overlap, so they are told apart by one field after the other, and only
    what is left together is compared with each other.
    """
    ordered = list(enumerate(boxes))
    left = [MOST_COMPARED]
    found: list[tuple[int, Named]] = []
    for cluster in _clusters(ordered):
        found += _cut(cluster, left)
    return [one for _, one in sorted(found, key=lambda each: each[0])]


def _clusters(boxes: list[tuple[int, Named]]) -> Iterator[list[tuple[int, Named]]]:
    """Boxes that may overlap."""
    waiting = [(boxes, 0)]
    while waiting:
        some, number = waiting.pop()
        if len(some) == 1 or number > len(_FIELDS):
            yield some
            continue
        parts = _split(some, number)
        # what came apart by one field may do so by those before, now that it is less
        waiting += [(part, 0 if len(parts) > 1 else number + 1) for part in parts]


def _split(boxes: list[tuple[int, Named]], number: int) -> list[list[tuple[int, Named]]]:
    """By family, or by one field: what overlaps stays together, also by way of others."""
    if number == 0:
        families = [[one for one in boxes if one[1][1].family == family] for family in (4, 6)]
        return [some for some in families if some]
    place = _FIELDS[number - 1]
    parts: list[list[tuple[int, Named]]] = []
    end = -1
    for one in sorted(boxes, key=lambda each: each[1][1][1:][place]):
        low, high = one[1][1][1:][place]
        if low > end:
            parts.append([])
        parts[-1].append(one)
        end = max(end, high)
    return parts


def _cut(cluster: list[tuple[int, Named]], left: list[int]) -> list[tuple[int, Named]]:
    """Each box without those before it. `left`: how many comparisons there may be yet."""
    kept: list[tuple[int, Named]] = []
    for number, (name, box) in sorted(cluster, key=lambda each: each[0]):
        pieces = [box]
        for _, (_, other) in kept:
            if not pieces:
                break
            pieces = [piece for one in pieces for piece in one.without(other)]
            left[0] -= len(pieces) + 1
        if left[0] < 0:
            raise Entangled
        kept += [(number, (name, piece)) for piece in pieces]
    return kept
