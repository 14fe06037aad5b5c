"""Which certificates count: kept by their hashes, and dropped by device, by time and altogether."""

from __future__ import annotations

from tests.web.conftest import House

from limen.devices.certificates import store
from limen.storage import Transaction
from limen.ties import Certified

MINE, HERS = Certified("d_1", "p_1", 100), Certified("d_2", "p_2", 200)


async def test_they_are_of_their_device_and_end_with_it_or_in_time(harbor: House) -> None:
    def work(transaction: Transaction) -> None:
        connection = transaction.connection
        store.add(connection, b"a" * 32, MINE, 1)
        store.add(connection, b"b" * 32, Certified("d_1", "p_1", 150), 2)
        store.add(connection, b"c" * 32, HERS, 3)
        assert list(store.of(connection, "d_1")) == [b"b" * 32, b"a" * 32]
        assert store.forget(connection, 100) == 1
        assert store.every(connection).keys() == {b"b" * 32, b"c" * 32}
        assert store.drop(connection, "d_1") == 1
        assert store.every(connection) == {b"c" * 32: HERS}
        store.drop_one(connection, b"c" * 32)
        assert store.drop_all(connection) == 0

    await harbor.limen.core.database.writing(work)
