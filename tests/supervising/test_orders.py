from __future__ import annotations

import msgspec

from limen.supervising.orders import ALIVE, LEAVE, READY, Order


def test_an_order_is_the_same_on_the_other_side_and_words_are_single_bytes() -> None:
    order = Order(folder="/srv/harbor", worker=2, is_first=False, line=7, browsers=8, check=9)
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order
    assert {len(word) for word in (ALIVE, LEAVE, READY)} == {1}
    assert len({ALIVE, LEAVE, READY}) == 3
