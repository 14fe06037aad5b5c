"""Boxes that share no packet, and are together what they were."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, strategies as st

from limen.network.packets import Box, disjoint as module
from limen.network.packets.disjoint import Entangled, disjoint

_intervals = st.tuples(st.integers(0, 5), st.integers(0, 5)).map(lambda two: (min(two), max(two)))
_boxes = st.builds(Box, st.sampled_from([4, 6]), _intervals, _intervals, _intervals, _intervals, _intervals)


@given(st.lists(_boxes, max_size=7))
def test_no_packet_is_in_two_and_each_is_whose_it_was_first(boxes: list[Box]) -> None:
    named = [(str(number), box) for number, box in enumerate(boxes)]
    found = disjoint(named)
    assert all(one.meets(other) is None for (_, one), (_, other) in combinations(found, 2))
    for whose, piece in found:
        assert piece.is_within(boxes[int(whose)])
        assert all(piece.meets(earlier) is None for earlier in boxes[: int(whose)])
    for box in boxes:
        left = [box]
        for _, piece in found:
            left = [rest for one in left for rest in one.without(piece)]
        assert left == []


def test_many_that_share_nothing_are_told_apart_at_once() -> None:
    boxes = [("a", Box(4, (0, 255), (n // 100,) * 2, (6, 6), (n % 100,) * 2)) for n in range(20_000)]
    assert len(disjoint(boxes)) == 20_000


def test_what_overlaps_too_much_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_COMPARED", 5_000)
    crossed = [Box(4, (n, n + 1_000), (1_000 - n, 2_000 - n), (n % 7, 9), (n, 5_000), (0, n)) for n in range(300)]
    with pytest.raises(Entangled):
        disjoint([("a", box) for box in crossed])
