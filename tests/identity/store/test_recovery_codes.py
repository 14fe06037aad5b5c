"""The table of recovery codes: theirs alone, once each."""

from __future__ import annotations

from tests.identity.conftest import House

from limen.identity.store import recovery_codes


async def test_a_code_is_its_persons_and_good_once(house: House) -> None:
    def work(transaction):  # type: ignore[no-untyped-def]
        connection = transaction.connection
        recovery_codes.add(connection, "p_1", [b"a" * 32, b"b" * 32], 7)
        assert not recovery_codes.holds(connection, "p_2", b"a" * 32)
        assert not recovery_codes.use(connection, "p_2", b"a" * 32, 8)
        assert recovery_codes.holds(connection, "p_1", b"a" * 32)
        assert recovery_codes.use(connection, "p_1", b"a" * 32, 8)
        assert not recovery_codes.use(connection, "p_1", b"a" * 32, 9)
        assert recovery_codes.left(connection, "p_1") == (1, 7)
        assert recovery_codes.remove_of(connection, "p_1") == 2
        assert recovery_codes.left(connection, "p_1") == (0, 0)

    house.database.write(work)
