"""Pieces hold all there is in its order, none of them more than it may."""

from __future__ import annotations

import pytest
from hypothesis import given, settings, strategies as st
from tests.dial import size

from limen.monitor import pieces as module
from limen.monitor.pieces import pieces


@settings(max_examples=size(200), deadline=None)
@given(st.lists(st.integers(0, 30), max_size=60))
def test_nothing_is_left_out_and_none_is_too_big(sizes: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_BYTES", 20)
        patch.setattr(module, "MOST_ITEMS", 5)
        cut = list(pieces([*enumerate(sizes)], sizes))
    assert [one for piece in cut for one in piece] == [*enumerate(sizes)]
    assert all(0 < len(piece) <= 5 for piece in cut)
    assert all(sum(one for _, one in piece) <= 20 or len(piece) == 1 for piece in cut)
