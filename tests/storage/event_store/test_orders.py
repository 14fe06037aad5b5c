from __future__ import annotations

import msgspec
from tests.storage.event_store.conftest import COLUMNS

from limen.storage.event_store.columns import Columns
from limen.storage.event_store.orders import Order


def test_an_order_goes_to_another_process_and_says_the_columns_there() -> None:
    order = Order(columns=tuple((one.name, one.kind) for one in COLUMNS), segment="s", part="p", without=("fw",))
    again = msgspec.json.decode(msgspec.json.encode(order), type=Order)
    assert again == order
    assert again.known_columns() == Columns.of(COLUMNS)
