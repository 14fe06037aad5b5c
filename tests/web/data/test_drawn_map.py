from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists

from limen.facts import Label
from limen.web.data.drawn_map import HEIGHT, WIDTH, Block, Box, areas, drawn, layout

ROOM = Box(0, 0, WIDTH, HEIGHT)


@given(lists(integers(min_value=0, max_value=10**13), min_size=1, max_size=50))
def test_boxes_fill_the_room_and_never_overlap(sizes: list[int]) -> None:
    shares = areas(sorted(sizes, reverse=True))
    boxes = layout(shares, ROOM)
    assert sum(shares) == pytest.approx(1)
    assert [one.wide * one.tall for one in boxes] == pytest.approx([one * WIDTH * HEIGHT for one in shares])
    for one in boxes:
        assert one.x >= -0.01
        assert one.y >= -0.01
        assert one.x + one.wide <= WIDTH + 0.01
        assert one.y + one.tall <= HEIGHT + 0.01
    for place, one in enumerate(boxes):
        for other in boxes[place + 1 :]:
            wide = min(one.x + one.wide, other.x + other.wide) - max(one.x, other.x)
            tall = min(one.y + one.tall, other.y + other.tall) - max(one.y, other.y)
            assert min(wide, tall) < 0.01


def test_four_equal_stores_are_near_to_squares() -> None:
    boxes = layout(areas([5, 5, 5, 5]), ROOM)
    assert max(max(one.wide / one.tall, one.tall / one.wide) for one in boxes) < 2.6


def test_names_are_escaped_and_labels_are_classes() -> None:
    svg = str(drawn([Block("<b>", 5, Label.RESTRICTED, "5 kB & more", "/x?a=1&b=2", is_exposed=True)], "Data"))
    assert "<b>" not in svg
    assert 'class="store restricted exposed"' in svg
    assert 'href="/x?a=1&amp;b=2"' in svg


def test_a_small_store_beside_a_large_one_is_there_to_be_selected() -> None:
    shares = areas([10**12, 1])
    assert shares[1] > 0.015
    assert str(drawn([], "nothing")).count("<rect") == 0
