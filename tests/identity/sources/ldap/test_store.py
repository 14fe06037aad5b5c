"""How the last reading of a directory went, kept."""

from __future__ import annotations

import pytest
from tests.identity.conftest import House

from limen.identity.sources.ldap import store
from limen.identity.sources.ldap.store import LONGEST_UNIT, WholeReading


def test_what_was_read_is_kept_beside_how_it_is_asked(house: House) -> None:
    whole = WholeReading(5, 1_200, 4, 1, 2, is_active_directory=True, units=("ou=a", "ou=b"), lost_unit="ou=c")
    with pytest.raises(KeyError):
        house.database.read(lambda snapshot: store.states(snapshot.connection))["office"]

    def keep(read: WholeReading) -> WholeReading:
        def work(transaction: object) -> None:
            connection = transaction.connection  # type: ignore[attr-defined]
            store.ASKED.ensure(connection, "office")
            store.was_read(connection, "office", read)

        house.database.write(work)
        return house.database.read(lambda snapshot: store.states(snapshot.connection))["office"].whole

    assert keep(whole) == whole
    assert keep(WholeReading(units=("ou=b", "x" * (LONGEST_UNIT + 1)))).units == ("ou=b",)
