"""The table of recovery codes: theirs alone, once each."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.identity import store


async def test_a_code_is_its_persons_and_good_once(house: House) -> None:
    def work(transaction):  # type: ignore[no-untyped-def]
        connection = transaction.connection
        store.insert_recovery_codes(connection, "p_1", [b"a" * 32, b"b" * 32], 7)
        assert not store.holds_recovery_code(connection, "p_2", b"a" * 32)
        assert not store.use_recovery_code(connection, "p_2", b"a" * 32, 8)
        assert store.holds_recovery_code(connection, "p_1", b"a" * 32)
        assert store.use_recovery_code(connection, "p_1", b"a" * 32, 8)
        assert not store.use_recovery_code(connection, "p_1", b"a" * 32, 9)
        assert store.recovery_codes_left(connection, "p_1") == (1, 7)
        assert store.delete_recovery_codes(connection, "p_1") == 2
        assert store.recovery_codes_left(connection, "p_1") == (0, 0)

    house.database.write(work)
