from __future__ import annotations

import msgspec

from limen.storage.journal.erase_messages import Done, Order, ToErase


def test_what_goes_to_the_child_and_back_is_read_as_it_was_written() -> None:
    order = Order(("p_mia",), (ToErase(1, "/j/1.parquet", "aa", 0, "bb", "cc"),))
    assert msgspec.json.decode(msgspec.json.encode(order), type=Order) == order
    done = Done(1, 3, "dd")
    assert msgspec.json.decode(msgspec.json.encode(done), type=Done) == done
